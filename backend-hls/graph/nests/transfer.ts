import {
  at,
  beatType,
  bitWidth,
  type ElementType,
  i8,
  intType,
  type LoopBuilder,
  type MemRefType,
  present,
  REQUEST_TYPE,
  type ScheduleBuilder,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import { isLast, LaneShifter, nest, register } from "../../accelerator/nest.ts";
import type { GraphDesign } from "../graph-scope.ts";
import type { TensorRegion } from "../memory-map.ts";
import type { Program } from "../program.ts";
import type { ArrayCopies } from "./array-copies.ts";

/** An array and its region in external memory. */
export interface MovedArray {
  readonly value: Value;
  readonly region: TensorRegion;
}

/** What nests and transfers are lowered in. */
export interface Around {
  readonly s: ScheduleBuilder;
  readonly design: GraphDesign;
  readonly program: Program;
  readonly memory: Value;
  /** Where arrays are on chip. */
  readonly copies: ArrayCopies;
}

/** Beats of the longest burst: no burst crosses 4 KiB. */
function longestBurst({ beatBytes }: GraphDesign): number {
  return Math.min(16, 4096 / beatBytes);
}

/** Starts the load of an array from its region, cell after cell in row-major order. */
export function loadArray(around: Around, { value, region }: MovedArray): void {
  const { s, design, program, memory } = around;
  const buffers = around.copies.all(value);
  const maxBurst = longestBurst(design);
  const name = `load_${region.name}`;
  const requests = s.stream(`${name}_req`, REQUEST_TYPE);
  const data = s.stream(`${name}_data`, beatType(design.beatBytes), 2 * maxBurst);
  const command = s.tokens(`${name}_cmd`);
  const done = s.tokens(`${name}_done`);
  s.burstRead(`${name}_burst`, { memory, requests, data }, maxBurst);
  const type = arrayType(at(buffers, 0));
  const lanes = design.beatBytes / elementBytes(type.element);
  s.kernel({
    name,
    command,
    fields: [],
    done,
    connections: { ...copyConnections(buffers), [DATA]: data },
    body: ({ b, port }) => {
      const bits = storedType(type.element);
      const shifter = new LaneShifter(b, "cell", lanes, bits);
      walkCells(b, type, (subscripts, strides) => {
        const isNew = b.equals(laneOf(b, subscripts, strides, lanes), 0);
        const cell = shifter.next(b, isNew, () =>
          b.lanes(b.vectorCast(b.read(present(port[DATA], "data")), vectorType(lanes, bits))),
        );
        storeToCopies(b, port, asElement(b, cell, type.element), subscripts);
      });
    },
  });
  program.step({
    after: [],
    sends: [
      { to: requests, fields: [{ offset: region.base }, region.bytes / design.beatBytes] },
      { to: command, fields: [] },
    ],
    done,
    results: [value],
  });
}

/** Starts the store of an array to its region; what lies behind its last cell in the last beat becomes zero. */
export function storeArray(around: Around, { value, region }: MovedArray): void {
  const { s, design, program, memory } = around;
  const buffer = at(around.copies.all(value), 0);
  const maxBurst = longestBurst(design);
  const name = `store_${region.name}`;
  const requests = s.stream(`${name}_req`, REQUEST_TYPE);
  const data = s.stream(`${name}_data`, beatType(design.beatBytes), maxBurst);
  const command = s.tokens(`${name}_cmd`);
  const acks = s.tokens(`${name}_ack`);
  s.burstWrite(`${name}_burst`, { memory, requests, data, done: acks }, maxBurst);
  const type = arrayType(buffer);
  const lanes = design.beatBytes / elementBytes(type.element);
  s.kernel({
    name,
    command,
    fields: [],
    connections: { array: buffer, data },
    body: ({ b, port }) => {
      const bits = storedType(type.element);
      const held = Array.from({ length: lanes }, (_, lane) => register(b, `cell${String(lane)}`, bits));
      walkCells(b, type, (subscripts, strides) => {
        const lane = laneOf(b, subscripts, strides, lanes);
        const cell = asStored(b, b.load(port.array, ...subscripts), type.element);
        const isNew = b.equals(lane, 0);
        const cells = held.map((before, index) => {
          const old = b.select(isNew, b.constant(0, bits), b.load(before));
          const next = b.select(b.equals(lane, index), cell, old);
          b.store(next, before);
          return next;
        });
        b.when(b.ori(b.equals(lane, lanes - 1), isLastCell(b, subscripts, type)), () => {
          b.write(port.data, b.vectorCast(b.vector(cells, bits), vectorType(design.beatBytes, i8)));
        });
      });
    },
  });
  program.step({
    after: [value],
    sends: [
      { to: requests, fields: [{ offset: region.base }, region.bytes / design.beatBytes] },
      { to: command, fields: [] },
    ],
    done: acks,
  });
}

const DATA = "data";

/** Connections of a kernel to all copies of an array. */
export function copyConnections(buffers: readonly Value[]): Ports {
  return Object.fromEntries(buffers.map((buffer, index) => [`${COPY}${String(index)}`, buffer]));
}

/** Stores a cell to every copy. */
export function storeToCopies(b: LoopBuilder, port: Ports, cell: Value, subscripts: readonly Value[]): void {
  for (const [name, copy] of Object.entries(port))
    if (name.startsWith(COPY)) b.store(cell, copy, ...subscripts);
}

type Ports = Readonly<Record<string, Value>>;

const COPY = "copy";

/** Whether a cell is the last of its array. */
export function isLastCell(b: LoopBuilder, subscripts: readonly Value[], { shape }: MemRefType): Value {
  return subscripts
    .map((subscript, dim) => isLast(b, subscript, at(shape, dim)))
    .reduce((all, bit) => b.andi(all, bit), b.int(1, 1));
}

/** The type of a buffer. */
export function arrayType({ type }: Value): MemRefType {
  return present(type.kind === "memref" ? type : undefined, "an array");
}

/** Bytes of a cell in memory. */
function elementBytes(element: ElementType): number {
  return Math.max(1, bitWidth(element) / 8);
}

/** Cells in order, one an iteration. */
export function walkCells(
  b: LoopBuilder,
  { shape }: MemRefType,
  body: (subscripts: readonly Value[], strides: readonly number[]) => void,
): void {
  const strides = shape.map((_, dim) => shape.slice(dim + 1).reduce((product, size) => product * size, 1));
  const bounds =
    shape.length === 0
      ? { once: 1 }
      : Object.fromEntries(shape.map((size, dim) => [`d${String(dim)}`, size]));
  nest(b, bounds, (counters) => {
    body(
      shape.map((_, dim) => present(counters[`d${String(dim)}`], "a counter")),
      strides,
    );
  });
}

/** A cell's place in its beat: its number modulo `lanes`, a power of two. */
function laneOf(
  b: LoopBuilder,
  subscripts: readonly Value[],
  strides: readonly number[],
  lanes: number,
): Value {
  const terms = subscripts.flatMap((subscript, dim) => {
    const factor = at(strides, dim) % lanes;
    return factor === 0 ? [] : [factor === 1 ? subscript : b.muli(subscript, b.index(factor))];
  });
  const sum = terms.reduce((partial, term) => b.addi(partial, term), b.index(0));
  return b.andi(sum, b.index(lanes - 1));
}

function storedType(element: ElementType): ReturnType<typeof intType> {
  return intType(Math.max(8, bitWidth(element)));
}

function asElement(b: LoopBuilder, bits: Value, element: ElementType): Value {
  return element.kind === "float" ? b.bitcast(bits, element) : bits;
}

function asStored(b: LoopBuilder, value: Value, element: ElementType): Value {
  return element.kind === "float" ? b.bitcast(value, storedType(element)) : value;
}
