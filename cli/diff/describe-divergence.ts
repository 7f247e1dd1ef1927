import {
  BufferOp,
  type ElementPlace,
  KernelOp,
  type Operation,
  printSpan,
  type StreamElementType,
  unpackElement,
} from "../../ir/index.ts";
import type { StreamDivergence } from "../../sim/index.ts";
import type { Divergence } from "../schemas/diff.ts";
import { processOf, streamUsers } from "./neighbours.ts";

/** What is known of a schedule and a step when a divergence is described. */
export interface DivergenceContext {
  readonly schedule: Operation;
  readonly step: number;
  /** Rows that the array works on in parallel. */
  readonly parallelRows: number;
}

/** What no kind of divergence has. */
export const NOWHERE = {
  cycle: null,
  kernel: null,
  layer: null,
  phase: null,
  row: null,
  stream: null,
  element: null,
  expected: null,
  actual: null,
  expected_value: null,
  actual_value: null,
  lane: null,
  origin: [],
  buffers: [],
  address: null,
  region: null,
} satisfies Partial<Divergence>;

/** A stream's first difference in terms of the model: kernel, layer, phase, row. */
export function describeStream(
  { stream, element, cycle, found, wanted }: StreamDivergence,
  type: StreamElementType,
  origin: readonly ElementPlace[],
  { schedule, step, parallelRows }: DivergenceContext,
): Divergence {
  const kernel =
    origin[0]?.process.replace(/^@/u, "") ?? processOf(streamUsers(schedule).get(stream)?.writer);
  const [expectedValue, actualValue] = [wanted, found].map((bits) =>
    bits === undefined ? undefined : partsOf(type, bits),
  );
  const value = (parts: readonly string[] | undefined): string | null =>
    parts === undefined ? null : parts.join(", ");
  const told = found === undefined ? "never came" : wanted === undefined ? "is one too many" : "differs";
  return {
    ...NOWHERE,
    kind: "stream",
    step,
    cycle,
    kernel: kernel ?? null,
    layer: counterOf(origin, "layer"),
    phase: counterOf(origin, "phase"),
    row: rowOf(origin, parallelRows),
    stream,
    element,
    expected: hex(wanted),
    actual: hex(found),
    expected_value: value(expectedValue),
    actual_value: value(actualValue),
    lane: differingLane(expectedValue, actualValue),
    origin: origin.map(({ process, op, loops, command, ...place }) => ({
      process: process.replace(/^@/u, ""),
      stream: place.stream,
      element: place.element,
      command,
      loops: loops.map(({ name, value: counter }) => ({ name: plainName(name), value: counter })),
      where: printSpan(op.span),
    })),
    buffers: buffersOf(schedule, kernel),
    message: `element ${String(element)} of stream ${stream} ${told}`,
  };
}

/** The first lane or field that differs, where there are several. */
function differingLane(
  expected: readonly string[] | undefined,
  actual: readonly string[] | undefined,
): number | null {
  if (expected === undefined || actual === undefined || expected.length < 2) return null;
  const lane = expected.findIndex((part, index) => part !== actual[index]);
  return lane < 0 ? null : lane;
}

function hex(bits: bigint | undefined): string | null {
  return bits === undefined ? null : `0x${bits.toString(16)}`;
}

/** The lanes or fields of an element in words; one part for a scalar. */
function partsOf(type: StreamElementType, bits: bigint): readonly string[] {
  const value = unpackElement(type, bits);
  const tell = (part: unknown): string =>
    Array.isArray(part) ? `[${part.map(tell).join(" ")}]` : String(part);
  return typeof value === "object" ? value.map(tell) : [tell(value)];
}

/** A name without the number that the printer adds to names that are taken. */
function plainName(name: string): string {
  return name.replace(/_\d+$/u, "");
}

function counterOf(origin: readonly ElementPlace[], name: string): number | null {
  for (const { loops } of origin) {
    const loop = loops.find((candidate) => plainName(candidate.name) === name);
    if (loop !== undefined) return loop.value;
  }
  return null;
}

/** The nearest loop over rows; the array walks groups of rows, its epilogue the rows in a group. */
function rowOf(origin: readonly ElementPlace[], parallelRows: number): number | null {
  for (const { loops } of origin) {
    const value = (name: string): number | undefined =>
      loops.find((candidate) => plainName(candidate.name) === name)?.value;
    const [row, group, p] = [value("row"), value("group"), value("p")];
    if (row !== undefined) return row;
    if (group !== undefined) return group * parallelRows + (p ?? 0);
  }
  return null;
}

function kernelsOf(schedule: Operation): readonly Operation[] {
  return (schedule.regions[0]?.block.ops ?? []).filter((op) => KernelOp.match(op) !== undefined);
}

function kernelName(op: Operation): string {
  return KernelOp.match(op)?.attrs.sym_name ?? "";
}

function usersOf(kernel: Operation, argument: number): readonly Operation[] {
  return (kernel.regions[0]?.block.args[argument]?.uses ?? []).map(({ user }) => user);
}

/** Shared arrays that `kernel` loads from, with the other kernels that store to them. */
function buffersOf(schedule: Operation, kernel: string | undefined): Divergence["buffers"] {
  const kernels = kernelsOf(schedule);
  const reader = kernels.find((op) => kernelName(op) === kernel);
  if (reader === undefined) return [];
  return reader.operands.flatMap((operand, index) => {
    const buffer = BufferOp.match(operand.producer);
    const loads = usersOf(reader, index).some((user) => user.name === "affine.load");
    if (buffer === undefined || !loads) return [];
    const writers = kernels.filter((op) =>
      op.operands.some(
        (other, argument) =>
          other === operand && usersOf(op, argument).some((user) => user.name === "affine.store"),
      ),
    );
    return [{ name: buffer.attrs.name, writers: writers.map(kernelName) }];
  });
}
