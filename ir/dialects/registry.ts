import { type Dialect, type OpRegistry, registryOf } from "../core/dialect.ts";
import { affineDialect } from "./affine/ops.ts";
import { arithDialect } from "./arith/ops.ts";
import { builtinDialect } from "./builtin/ops.ts";
import { combDialect } from "./comb/ops.ts";
import { dataflowDialect } from "./dataflow/ops.ts";
import { funcDialect } from "./func/ops.ts";
import { fxDialect } from "./fx/ops.ts";
import { hwDialect } from "./hw/ops.ts";
import { mathDialect } from "./math/ops.ts";
import { memrefDialect } from "./memref/ops.ts";
import { nnDialect } from "./nn/ops.ts";
import { scfDialect } from "./scf/ops.ts";
import { seqDialect } from "./seq/ops.ts";
import { vectorDialect } from "./vector/ops.ts";

/** Every dialect, from the highest level to the lowest. */
export const ALL_DIALECTS: readonly Dialect[] = [
  builtinDialect,
  funcDialect,
  nnDialect,
  dataflowDialect,
  affineDialect,
  scfDialect,
  memrefDialect,
  vectorDialect,
  arithDialect,
  mathDialect,
  fxDialect,
  hwDialect,
  combDialect,
  seqDialect,
];

/** Every operation by name. */
export const ALL_OPS: OpRegistry = registryOf(ALL_DIALECTS);
