import type { Operation, Value } from "../../core/operation.ts";
import { bitWidth, printType } from "../../core/type.ts";
import { BufferOp, BurstReadOp, BurstWriteOp, KernelOp, StreamOp } from "../../dialects/dataflow/ops.ts";
import { at, CompilerBug, present } from "../../support/bug.ts";
import { fail, ok, type Result } from "../../support/result.ts";
import { allocateCells } from "../cells.ts";
import { compileKernel, type KernelConnection, type Process, type SharedCells } from "../compile.ts";
import { cannotExecute } from "../diagnostics.ts";
import { AccessOrder, type Accessor, Shadow } from "../order.ts";
import { Queue, type Wait } from "../queue.ts";
import { type BurstPort, burstRead, burstWrite } from "./burst.ts";
import { processesOf, processName, type StreamEnds, streamEnds } from "./connections.ts";
import type { ScheduleOptions } from "./schedule-interpreter.ts";

/** One kernel or burst engine while it runs. */
export interface RunningProcess {
  readonly name: string;
  readonly op: Operation;
  readonly steps: Process;
  /** What it waits for; undefined before it has begun. */
  wait: Wait | undefined;
}

/** Everything that a schedule is made of, ready to run. */
export interface Network {
  readonly schedule: Operation;
  readonly processes: readonly RunningProcess[];
  readonly ends: readonly StreamEnds[];
  readonly queues: ReadonlyMap<Value, Queue>;
  readonly arrays: ReadonlyMap<Value, SharedCells>;
  readonly memories: ReadonlyMap<Value, Uint8Array>;
  /** What the host knows to be over: its pops come before its later pushes. */
  readonly hostOrder: AccessOrder | undefined;
}

/** Makes queues, arrays and processes. `memories` belong to the memory arguments of the schedule, in order. */
export function buildNetwork(
  schedule: Operation,
  memories: readonly Uint8Array[],
  { checkOrder = false, recordPlaces = false }: Pick<ScheduleOptions, "checkOrder" | "recordPlaces">,
): Result<Network> {
  const { ends, problems } = streamEnds(schedule);
  if (problems.length > 0) return fail(...problems);
  const ops = processesOf(schedule);
  const places = {
    queues: makeQueues(ends),
    memories: bindMemories(schedule, memories),
    recordPlaces,
    ...makeArrays(schedule, ops, memories, checkOrder),
  };
  const processes: RunningProcess[] = [];
  for (const [index, op] of ops.entries()) {
    const order = checkOrder ? new AccessOrder(index, ops.length + 1) : undefined;
    const steps = startProcess(op, places, order);
    if (steps.kind === "error") return steps;
    processes.push({ name: present(processName(op), "a process"), op, steps: steps.value, wait: undefined });
  }
  const hostOrder = checkOrder ? new AccessOrder(ops.length, ops.length + 1) : undefined;
  return ok({ schedule, processes, ends, hostOrder, ...places });
}

interface Places {
  readonly recordPlaces: boolean;
  readonly queues: ReadonlyMap<Value, Queue>;
  readonly arrays: ReadonlyMap<Value, SharedCells>;
  readonly memories: ReadonlyMap<Value, Uint8Array>;
  readonly memoryShadows: ReadonlyMap<Uint8Array, Shadow>;
  readonly granule: number;
}

function makeQueues(ends: readonly StreamEnds[]): ReadonlyMap<Value, Queue> {
  return new Map(
    ends.map(({ value, name }) => {
      const depth = StreamOp.match(value.producer)?.attrs.depth ?? Infinity;
      return [value, new Queue(name, depth)];
    }),
  );
}

function bindMemories(schedule: Operation, memories: readonly Uint8Array[]): ReadonlyMap<Value, Uint8Array> {
  const args = at(schedule.regions, 0).block.args.filter((arg) => arg.type.kind === "memory");
  if (args.length !== memories.length)
    throw new CompilerBug(
      `the schedule has ${String(args.length)} memories, ${String(memories.length)} were given`,
    );
  return new Map(args.map((arg, index) => [arg, at(memories, index)]));
}

type Arrays = Pick<Places, "arrays" | "memoryShadows" | "granule">;

function makeArrays(
  schedule: Operation,
  ops: readonly Operation[],
  memories: readonly Uint8Array[],
  checkOrder: boolean,
): Arrays {
  const body = at(schedule.regions, 0).block;
  const accessors: readonly Accessor[] = ops.map((op) => ({
    name: present(processName(op), "a process"),
    span: op.span,
  }));
  const arrays = new Map<Value, SharedCells>();
  for (const op of body.ops) {
    const buffer = BufferOp.match(op);
    const type = buffer?.results.memref.type;
    if (buffer === undefined || type?.kind !== "memref") continue;
    const describe = (cell: number): string => `cell ${String(cell)} (row-major)`;
    const shadow = checkOrder
      ? new Shadow(`${buffer.attrs.name}: ${printType(type)}`, accessors, describe)
      : undefined;
    arrays.set(buffer.results.memref, { cells: allocateCells(type), shadow });
  }
  const granule = Math.min(...body.args.flatMap(({ type }) => (type.kind === "memory" ? [type.bytes] : [])));
  const describe = (cell: number): string => `byte address ${String(cell * granule)}`;
  const memoryShadows = new Map(
    checkOrder ? memories.map((memory) => [memory, new Shadow("external memory", accessors, describe)]) : [],
  );
  return { arrays, memoryShadows, granule };
}

function startProcess(op: Operation, places: Places, order: AccessOrder | undefined): Result<Process> {
  if (KernelOp.match(op) === undefined) return startBurst(op, places, order);
  const compiled = compileKernel(op, {
    checkOrder: order !== undefined,
    recordPlaces: places.recordPlaces,
  });
  if (compiled.kind === "error") return compiled;
  const connections: KernelConnection[] = [];
  for (const operand of op.operands) {
    const connection = places.queues.get(operand) ?? places.arrays.get(operand);
    if (connection === undefined)
      return fail(
        cannotExecute(op.span, {
          op: op.name,
          reason: `an operand of type ${printType(operand.type)} is no stream and no buffer of the schedule`,
        }),
      );
    connections.push(connection);
  }
  return ok(compiled.value(connections, order));
}

function startBurst(op: Operation, places: Places, order: AccessOrder | undefined): Result<Process> {
  const view = present(BurstReadOp.match(op) ?? BurstWriteOp.match(op), "a burst engine");
  const [memoryType, dataType] = [view.operands.memory.type, view.operands.data.type];
  if (memoryType.kind !== "memory" || dataType.kind !== "stream")
    throw new CompilerBug(`${op.name} has operands of the wrong types`);
  if (bitWidth(dataType.element) !== 8 * memoryType.bytes) {
    return fail(
      cannotExecute(op.span, {
        op: op.name,
        reason: `a beat has ${String(memoryType.bytes)} bytes, its stream carries ${printType(dataType.element)}`,
      }),
    );
  }
  const memory = present(places.memories.get(view.operands.memory), "the memory of a burst engine");
  const queue = (value: Value): Queue => present(places.queues.get(value), "the queue of a stream");
  const port: BurstPort = {
    op,
    name: view.attrs.name,
    memory,
    bytes: memoryType.bytes,
    dataType: dataType.element,
    order,
    granule: places.granule,
    requests: queue(view.operands.requests),
    data: queue(view.operands.data),
    shadow: places.memoryShadows.get(memory),
  };
  const writer = BurstWriteOp.match(op);
  return ok(writer === undefined ? burstRead(port) : burstWrite(port, queue(writer.operands.done)));
}
