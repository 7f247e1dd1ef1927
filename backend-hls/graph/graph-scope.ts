import { i8, i32, type Operation, present, type ScheduleBuilder, type Value } from "../../ir/index.ts";
import type { Interfaces } from "./interfaces.ts";
import type { MemoryMap, TensorRegion } from "./memory-map.ts";
import type { Tensor } from "./operand.ts";
import type { Program } from "./program.ts";
import { tensorShape } from "./tensor-shape.ts";

/** What is free to choose when a graph is lowered: no value changes a bit of the result. */
export interface GraphDesign {
  /** Bytes of a beat of the memory port, a power of two of at least 8; also int8 products of a row in parallel. */
  readonly beatBytes: number;
  /** Rows that the matrix engine takes in parallel. */
  readonly rowLanes: number;
  /** Of a function of loops: where its arrays live. */
  readonly interfaces?: Interfaces;
  /** Of a function of loops: nests run one after the other and share their float units; otherwise those that are independent overlap. */
  readonly nestsTakeTurns?: boolean;
}

/** The type of the field that says which use of a merged kernel a command is. */
export const USE = i8;

/** The type of counts and addresses. */
export const COUNT = i32;

/** What the kinds of operations are lowered in. */
export interface GraphScope {
  readonly s: ScheduleBuilder;
  readonly design: GraphDesign;
  readonly program: Program;
  readonly memory: Value;
  readonly map: MemoryMap;
  readonly maxBurst: number;
  /** Regions of arguments and weights by the value that reads them. */
  readonly inputs: ReadonlyMap<Value, TensorRegion>;
  /** The value behind tasks and dispatches. */
  resolve(value: Value): Value;
  /** The buffer of a value. */
  tensor(value: Value): Tensor;
}

/** How operations of one kind become kernels: makes them once for all its operations, gives what starts one of them. */
export interface OpKind {
  readonly names: readonly string[];
  /** Operand positions that are read from memory as a stream, not from a buffer. */
  readonly streamed?: readonly number[];
  build(scope: GraphScope, ops: readonly Operation[]): (op: Operation, use: number) => void;
}

/** Rounds up to a multiple. */
export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** Makes the buffer of a value. Vectors have one more element: kernels may look at the next one. */
export function makeTensor(s: ScheduleBuilder, design: GraphDesign, name: string, value: Value): Tensor {
  const shape = tensorShape(value.type);
  const width = roundUp(shape.width, design.beatBytes);
  const sizes = shape.rank === 1 ? [width + 1] : [roundUp(shape.rows, design.rowLanes), width];
  return { shape, buffer: s.buffer(name, sizes, shape.element) };
}

/** Operand `index` of each operation, behind tasks. */
export function operandsAt(scope: GraphScope, ops: readonly Operation[], index: number): readonly Value[] {
  return ops.map((op) =>
    scope.resolve(present(op.operands[index], `operand ${String(index)} of ${op.name}`)),
  );
}

/** The largest of a size of several tensors. */
export function largest(tensors: readonly Tensor[], size: "rows" | "width"): number {
  return Math.max(...tensors.map(({ shape }) => shape[size]));
}
