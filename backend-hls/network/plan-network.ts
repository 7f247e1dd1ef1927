import {
  at,
  BufferOp,
  BurstReadOp,
  BurstWriteOp,
  bitWidth,
  type Diagnostic,
  fail,
  KernelOp,
  type Operation,
  ok,
  present,
  type Result,
  ScheduleOp,
  StreamOp,
  type StreamType,
  type Value,
} from "../../ir/index.ts";
import { inferFactors, layoutFor, unpartitioned } from "../kernel/array-layout.ts";
import { buildKernelGraph } from "../kernel/build-graph.ts";
import type { ArrayLayout, KernelArray, KernelGraph } from "../kernel/node.ts";
import type { OperatorLibrary } from "../library/operator-library.ts";
import { streamUses } from "../pipeline/ports.ts";
import { type ScheduledKernel, type ScheduleMode, scheduleKernel } from "../pipeline/schedule-kernel.ts";

/** One kernel of the network with what stands at its arguments. */
export interface PlannedKernel {
  readonly name: string;
  readonly op: Operation;
  readonly scheduled: ScheduledKernel;
  /** The schedule's values at the kernel's arguments. */
  readonly connections: readonly Value[];
}

/** A queue: what it carries and how deep it is. */
export interface PlannedStream {
  readonly value: Value;
  readonly name: string;
  readonly width: number;
  readonly depth: number;
}

/** A shared array: its banks, and which kernels read and write it. */
interface PlannedBuffer {
  readonly value: Value;
  readonly name: string;
  readonly width: number;
  readonly layout: ArrayLayout;
}

/** An access to external memory. */
export interface PlannedBurst {
  readonly kind: "read" | "write";
  readonly name: string;
  readonly memory: Value;
  readonly requests: Value;
  readonly data: Value;
  readonly done: Value | undefined;
  readonly maxBurst: number;
}

/** A `dataflow.schedule` with everything decided that its hardware needs: the estimator reads the same plan. */
export interface NetworkPlan {
  readonly name: string;
  /** The `dataflow.schedule` that was planned. */
  readonly schedule: Operation;
  readonly outside: readonly Value[];
  readonly kernels: readonly PlannedKernel[];
  readonly streams: ReadonlyMap<Value, PlannedStream>;
  readonly buffers: ReadonlyMap<Value, PlannedBuffer>;
  readonly bursts: readonly PlannedBurst[];
  readonly library: OperatorLibrary;
}

/** Pushes in flight beyond the producer's pipeline: into the queue, out of it, and the credit's way back. */
const CREDIT_LOOP_CYCLES = 3;

/** Chooses banks, schedules every kernel, sizes the queues. */
export function planNetwork(
  schedule: Operation,
  library: OperatorLibrary,
  mode: ScheduleMode,
): Result<NetworkPlan> {
  const view = present(ScheduleOp.match(schedule), "a dataflow.schedule");
  const { block } = at(schedule.regions, 0);
  const kernelOps = block.ops.filter((op) => KernelOp.match(op) !== undefined);
  const problems: Diagnostic[] = [];
  const drafts = kernelOps.map((op) => collect(buildKernelGraph(op), problems));
  const layouts = chooseLayouts(kernelOps, drafts);
  const kernels = kernelOps.flatMap((op, index) => {
    const draft = drafts[index];
    if (draft === undefined) return [];
    const scheduled = collect(planKernel(op, draft, layouts, { library, mode }), problems);
    return scheduled === undefined ? [] : [{ name: draft.name, op, scheduled, connections: op.operands }];
  });
  if (problems.length > 0) return fail(...problems);
  const bursts = block.ops.flatMap(plannedBurst);
  return ok({
    name: view.attrs.sym_name,
    schedule,
    outside: block.args,
    kernels,
    bursts,
    library,
    streams: planStreams(block.ops, block.args, kernels, bursts),
    buffers: planBuffers(block.ops, layouts),
  });
}

/** The same plan with other depths of the queues that `depths` names. */
export function withDepths(plan: NetworkPlan, depths: ReadonlyMap<string, number> = new Map()): NetworkPlan {
  const streams = [...plan.streams].map(
    ([value, stream]) => [value, { ...stream, depth: depths.get(stream.name) ?? stream.depth }] as const,
  );
  return { ...plan, streams: new Map(streams) };
}

function collect<T>(result: Result<T>, problems: Diagnostic[]): T | undefined {
  if (result.kind === "ok") return result.value;
  problems.push(...result.diagnostics);
  return undefined;
}

function planKernel(
  op: Operation,
  draft: KernelGraph,
  layouts: ReadonlyMap<Value, ArrayLayout>,
  { library, mode }: { readonly library: OperatorLibrary; readonly mode: ScheduleMode },
): Result<ScheduledKernel> {
  const graph = buildKernelGraph(op, (array, index) => {
    const shared = array.shared === undefined ? undefined : layouts.get(at(op.operands, array.shared));
    return shared ?? layoutFor(array, array.partition ?? inferFactors(draft, index));
  });
  return graph.kind === "ok" ? scheduleKernel(library, graph.value, mode) : graph;
}

/** A shared array gets the banks that its most demanding kernel asks for. */
function chooseLayouts(
  kernels: readonly Operation[],
  drafts: readonly (KernelGraph | undefined)[],
): ReadonlyMap<Value, ArrayLayout> {
  const wanted = new Map<Value, { readonly array: KernelArray; factors: readonly number[] }>();
  kernels.forEach((op, kernel) => {
    const draft = drafts[kernel];
    draft?.arrays.forEach((array, index) => {
      if (array.shared === undefined) return;
      const value = at(op.operands, array.shared);
      const factors = inferFactors(draft, index);
      const known = wanted.get(value)?.factors ?? factors;
      wanted.set(value, { array, factors: factors.map((factor, dim) => Math.max(factor, at(known, dim))) });
    });
  });
  return new Map(
    [...wanted].map(([value, { array, factors }]) => {
      const buffer = BufferOp.match(value.producer);
      return [
        value,
        layoutFor(array, buffer?.attrs.partition ?? factors, buffer?.attrs.storage, buffer?.attrs.read_ports),
      ];
    }),
  );
}

function plannedBurst(op: Operation): readonly PlannedBurst[] {
  const read = BurstReadOp.match(op);
  if (read !== undefined)
    return [
      {
        kind: "read",
        name: read.attrs.name,
        ...read.operands,
        done: undefined,
        maxBurst: read.attrs.max_burst,
      },
    ];
  const write = BurstWriteOp.match(op);
  return write === undefined
    ? []
    : [{ kind: "write", name: write.attrs.name, ...write.operands, maxBurst: write.attrs.max_burst }];
}

function planStreams(
  ops: readonly Operation[],
  outside: readonly Value[],
  kernels: readonly PlannedKernel[],
  bursts: readonly PlannedBurst[],
): ReadonlyMap<Value, PlannedStream> {
  const inFlight = new Map<Value, number>();
  for (const { scheduled, connections } of kernels) {
    for (const { stream, direction, node } of streamUses(scheduled.graph)) {
      if (direction === "read") continue;
      const value = at(connections, at(scheduled.graph.streams, stream).argument);
      inFlight.set(
        value,
        Math.ceil((at(scheduled.schedule.start, node.id) + CREDIT_LOOP_CYCLES) / scheduled.schedule.ii),
      );
    }
  }
  for (const burst of bursts) if (burst.kind === "read") inFlight.set(burst.data, 2 * burst.maxBurst);
  const streams = new Map<Value, PlannedStream>();
  const add = (value: Value, name: string, depth: number): void => {
    const width = streamWidth(value);
    streams.set(value, { value, name, width, depth: Math.max(depth, inFlight.get(value) ?? 0) });
  };
  outside.forEach((value, index) => {
    if (value.type.kind === "stream") add(value, value.hint ?? `outside${String(index)}`, 4);
  });
  for (const op of ops) {
    const stream = StreamOp.match(op);
    if (stream !== undefined) add(op.result, stream.attrs.name, stream.attrs.depth);
  }
  return streams;
}

/** Bits of an element of a stream. */
function streamWidth(value: Value): number {
  return bitWidth(streamElement(value));
}

function streamElement(value: Value): StreamType["element"] {
  return value.type.kind === "stream" ? value.type.element : { kind: "token" };
}

function planBuffers(
  ops: readonly Operation[],
  layouts: ReadonlyMap<Value, ArrayLayout>,
): ReadonlyMap<Value, PlannedBuffer> {
  const buffers = new Map<Value, PlannedBuffer>();
  for (const op of ops) {
    const buffer = BufferOp.match(op);
    if (buffer === undefined || op.result.type.kind !== "memref") continue;
    const { type } = op.result;
    const array: KernelArray = {
      name: buffer.attrs.name,
      shape: type.shape,
      width: bitWidth(type.element),
      storage: buffer.attrs.storage,
      shared: undefined,
      partition: buffer.attrs.partition,
    };
    buffers.set(op.result, {
      value: op.result,
      name: buffer.attrs.name,
      width: array.width,
      layout: layouts.get(op.result) ?? unpartitioned(array),
    });
  }
  return buffers;
}
