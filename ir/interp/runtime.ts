import type { Operation } from "../core/operation.ts";
import { f32ToBf16, mulBf16 } from "../numerics/bf16.ts";
import { roundF16 } from "../numerics/f16.ts";
import { bitsToF32, f32ToBits } from "../numerics/f32-bits.ts";
import { expF32 } from "../numerics/f32-exp.ts";
import { recipF32 } from "../numerics/f32-recip.ts";
import { rsqrtF32 } from "../numerics/f32-rsqrt.ts";
import {
  absF32,
  addF32,
  divF32,
  eqF32,
  exponentF32,
  f32ToSigned,
  geF32,
  gtF32,
  leF32,
  ltF32,
  maxF32,
  mulF32,
  negF32,
  scale2F32,
  signedToF32,
  sqrtF32,
  subF32,
} from "../numerics/f32-semantics.ts";
import { roundBf16 } from "../numerics/half-precision.ts";
import { at } from "../support/bug.ts";
import { allocateCells } from "./cells.ts";
import {
  outOfBounds as outOfBoundsDiagnostic,
  tooManyTrips as tooManyTripsDiagnostic,
} from "./diagnostics.ts";
import { SCRATCH_BYTES } from "./emit/vector.ts";
import { InterpreterFault } from "./fault.ts";
import { packElement, unpackElement } from "./pack.ts";
import { type ScalarValue, TOKEN } from "./values.ts";

const scratch = new ArrayBuffer(SCRATCH_BYTES);

/** A vector out of a flat array. */
function loadLanes(cells: ArrayLike<ScalarValue>, base: number, lanes: number): readonly ScalarValue[] {
  const out: ScalarValue[] = [];
  for (let lane = 0; lane < lanes; lane++) out.push(at(cells, base + lane));
  return out;
}

/** A vector into a flat array. */
function storeLanes(cells: Record<number, ScalarValue>, base: number, value: readonly ScalarValue[]): void {
  for (let lane = 0; lane < value.length; lane++) cells[base + lane] = at(value, lane);
}

/** Ends the run at operation `site`. */
function outOfBounds(sites: readonly Operation[], site: number, dimension: number, subscript: number): never {
  const op = at(sites, site);
  const type = at(op.operands, op.name === "affine.store" ? 1 : 0).type;
  const size = type.kind === "memref" ? at(type.shape, dimension) : 0;
  throw new InterpreterFault(
    outOfBoundsDiagnostic(op.span, { op: op.name, type, dimension, subscript, size }),
  );
}

/** Ends the run at loop `site`. */
function tooManyTrips(sites: readonly Operation[], site: number, trips: number): never {
  const op = at(sites, site);
  const max = op.attribute("max_trip");
  throw new InterpreterFault(
    tooManyTripsDiagnostic(op.span, { trips, max: max?.kind === "int" ? Number(max.value) : 0 }),
  );
}

/** Everything that generated code calls by name: the float functions are the only definitions of float arithmetic. */
export const RUNTIME: Readonly<Record<string, unknown>> = {
  addF32,
  subF32,
  mulF32,
  divF32,
  negF32,
  absF32,
  maxF32,
  ltF32,
  leF32,
  eqF32,
  gtF32,
  geF32,
  signedToF32,
  f32ToSigned,
  scale2F32,
  exponentF32,
  mulBf16,
  f32ToBf16,
  expF32,
  recipF32,
  rsqrtF32,
  sqrtF32,
  roundF16,
  roundBf16,
  f32ToBits,
  bitsToF32,
  loadLanes,
  storeLanes,
  allocateCells,
  packElement,
  unpackElement,
  outOfBounds,
  tooManyTrips,
  TOKEN,
  scratch8: new Int8Array(scratch),
  scratch16: new Int16Array(scratch),
  scratch32: new Int32Array(scratch),
};
