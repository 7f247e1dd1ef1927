import { type LoopBuilder, present, type Value } from "../../../ir/index.ts";
import { all, not } from "../nest.ts";
import { isElementwise } from "../precision.ts";
import { ceilDiv, type Plan, partsOf } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { anyOf, type Phase, pick } from "./phase.ts";

/** A phase, and what is known of it. */
export interface FetchScope {
  readonly b: LoopBuilder;
  readonly plan: Plan;
  readonly is: Phase;
  readonly isHead: Value;
}
/** The same with the rows of the step. */
export interface StepScope extends FetchScope {
  readonly rows: Value;
  readonly padded: Value;
  readonly groups: Value;
  readonly emitted: Value;
  /** Whether any row emits. */
  readonly emits: Value;
}

/** Where the commands go of the kernels that make vectors; some of them have none, by the precision. */
interface VectorPorts
  extends Readonly<Record<"residual" | "squares" | "quantize", Value>>,
    Readonly<
      Record<
        | "collect"
        | "collectHeads"
        | "factors"
        | "rowScales"
        | "storeGains"
        | "roots"
        | "quantizeAttended"
        | "quantizeGated",
        Value | undefined
      >
    > {}

/** The commands of a precision. */
export function vectorCommands(w: Wires): VectorPorts {
  const { statics } = w;
  const dynamic = statics === undefined ? w : undefined;
  return {
    residual: w.residualCommand,
    collect: dynamic?.collectCommand,
    squares: w.squaresCommand,
    collectHeads: dynamic?.collectHeadsCommand,
    factors: dynamic?.factorsCommand,
    rowScales: dynamic?.rowScalesCommand,
    quantize: statics?.quantizeNormed ?? w.quantizeCommand,
    storeGains: statics?.storeGains,
    roots: statics?.roots,
    quantizeAttended: statics?.quantizeAttended,
    quantizeGated: statics?.quantizeGated,
  };
}

/** What comes between the array's results and the vector that the next matrix takes. */
export function sendVector(step: StepScope, port: VectorPorts): void {
  const { b, plan, is, rows, padded } = step;
  const isNorm = anyOf(b, [is.start, is.wo, is.down]);
  const stepRows = b.select(b.ori(is.start, is.qkv), rows, padded);
  b.when(isNorm, () => {
    b.write(port.residual, stepRows, b.int(plan.wo.tiles), is.start);
    b.write(port.squares, stepRows);
  });
  const vector = { ...step, isNorm, stepRows };
  if (isElementwise(plan.precision)) sendStaticVector(vector, port);
  else sendDynamicVector(vector, port);
}

/** A phase that makes a vector: the rows that pass the array, and those that the vector is made for. */
interface VectorScope extends StepScope {
  readonly isNorm: Value;
  readonly stepRows: Value;
}

/** The rows that the next matrix takes, and whether they are gathered from those that emit. */
function followingRows({
  b,
  is,
  emits,
  emitted,
  stepRows,
}: VectorScope): Readonly<Record<"following" | "gathers", Value>> {
  const gathers = all(b, is.last, emits);
  return { gathers, following: b.select(gathers, emitted, stepRows) };
}

/** Without statistics a vector becomes what the array multiplies as it comes, a norm's as soon as its factor is known. */
function sendStaticVector(vector: VectorScope, port: VectorPorts): void {
  const { b, is, isNorm, rows, padded } = vector;
  b.when(isNorm, () => {
    const { following, gathers } = followingRows(vector);
    b.write(present(port.storeGains, "gains"), not(b, is.start));
    b.write(present(port.roots, "roots"), following, gathers);
    b.write(port.quantize, following, gathers, not(b, is.last));
  });
  b.when(is.qkv, () => {
    b.write(present(port.quantizeAttended, "the vectors of attention"), rows);
  });
  b.when(is.gateUp, () => {
    b.write(present(port.quantizeGated, "the gated vectors"), padded);
  });
}

/** With outliers, the rows whose vectors count: of the last norm those that emit. */
function countedRows({ b, plan, is, rows, emitted }: VectorScope): readonly Value[] {
  return plan.precision.outliers === undefined ? [] : [b.select(is.last, emitted, rows)];
}

/** Collection, statistics and quantization of the vector that the next matrix takes. */
function sendDynamicVector(vector: VectorScope, port: VectorPorts): void {
  const { b, plan, is, isNorm, rows, stepRows } = vector;
  const {
    model: { hidden, ffn },
    qWidth,
    pn,
  } = plan;
  const unit = Math.max(plan.pk, plan.pv);
  const only = (norm: number, qkv: number, gateUp: number): Value => {
    const cases = [
      [isNorm, norm],
      [is.qkv, qkv],
      [is.gateUp, gateUp],
    ] as const;
    return pick(b, cases, 32);
  };
  const count = only(hidden, qWidth, ffn);
  const tilesOf = (width: number): number => ceilDiv(width, pn);
  b.when(b.ori(isNorm, is.gateUp), () => {
    const tiles = only(tilesOf(hidden), 0, tilesOf(ffn));
    b.write(present(port.collect, "collection"), tiles, stepRows, count, isNorm);
  });
  b.when(is.qkv, () => {
    b.write(present(port.collectHeads, "collection of heads"), rows);
  });
  b.when(anyOf(b, [isNorm, is.qkv, is.gateUp]), () => {
    const chunks = (width: number): number => (ceilDiv(width, unit) * unit) / plan.pv;
    const { following, gathers } = followingRows(vector);
    const passes = partsOf(plan.model) === 1 ? [] : [b.select(isNorm, b.int(1, 8), b.int(2, 8))];
    b.write(present(port.factors, "factors"), following, is.qkv, gathers, ...passes);
    b.write(present(port.rowScales, "scales of rows"), following, isNorm, gathers, ...countedRows(vector));
    b.write(port.quantize, following, only(chunks(hidden), chunks(qWidth), chunks(ffn)), count, gathers);
  });
}
