import { AFFINE_EMITTERS } from "./affine.ts";
import { ARITH_EMITTERS } from "./arith.ts";
import { CONVERSION_EMITTERS } from "./arith-convert.ts";
import { CONTROL_EMITTERS } from "./control.ts";
import { DATAFLOW_EMITTERS } from "./dataflow.ts";
import type { EmitterTable } from "./emitter.ts";
import { FX_EMITTERS } from "./fx.ts";
import { VECTOR_EMITTERS } from "./vector.ts";

/** What may stand in a function: everything but streams. */
export const FUNCTION_EMITTERS: EmitterTable = {
  ...ARITH_EMITTERS,
  ...CONVERSION_EMITTERS,
  ...FX_EMITTERS,
  ...AFFINE_EMITTERS,
  ...CONTROL_EMITTERS,
  ...VECTOR_EMITTERS,
};

/** What may stand in a kernel. */
export const KERNEL_EMITTERS: EmitterTable = { ...FUNCTION_EMITTERS, ...DATAFLOW_EMITTERS };
