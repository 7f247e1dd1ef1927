import type { Operation, Value } from "../../core/operation.ts";
import { type ElementType, printType } from "../../core/type.ts";
import { BufferOp, CommandOp, KernelOp } from "../../dialects/dataflow/ops.ts";
import { at, CompilerBug, present } from "../../support/bug.ts";
import type { Diagnostic } from "../../support/diagnostics.ts";
import { fail, ok, type Result } from "../../support/result.ts";
import { type CellArray, readCell, writeCell } from "../cells.ts";
import { noEnd } from "../diagnostics.ts";
import { catching } from "../fault.ts";
import { describePlace, type ElementPlace } from "../place.ts";
import { isOver, type Queue } from "../queue.ts";
import { type ElementValue, isElementOf, type StreamElement } from "../values.ts";
import { processName } from "./connections.ts";
import { buildNetwork, type Network, type RunningProcess } from "./network.ts";
import { findDeadlock, findUnfinished } from "./standstill.ts";

/** How a schedule is executed. */
export interface ScheduleOptions {
  /** External memories, one for each memory argument in order; the same array may stand for several ports. */
  readonly memories?: readonly Uint8Array[];
  /** Report accesses of two processes to one cell that no token orders. Several times slower. */
  readonly checkOrder?: boolean;
  /** Names of streams whose elements are kept (`history`). */
  readonly record?: readonly string[];
  /** Keep for each of those elements where it was written (`provenance`); slower. */
  readonly recordPlaces?: boolean;
  /** Picks the next of `count` processes that can go on; absent: round-robin. Streams do not depend on it. */
  readonly pick?: (count: number) => number;
  /** Resumptions of processes in one `run` before it is given up; absent: no limit. */
  readonly limit?: number;
}

/** How a network came to rest: with all work done, or waiting for more from the host. */
export type RestState = "idle" | "waiting";

/** A buffer of a schedule, for looking at and for filling before a run. */
export interface BufferView {
  readonly element: ElementType;
  /** Row-major; lanes of vector cells side by side. */
  readonly cells: CellArray;
  read(cell: number): ElementValue;
  write(cell: number, value: ElementValue): void;
}

/**
 * Executes a `dataflow.schedule` as a Kahn network with bounded queues: push elements into its input streams, run,
 * pop from its output streams. Streams are numbered as the block arguments of the schedule.
 */
export class ScheduleInterpreter {
  readonly #network: Network;
  readonly #options: ScheduleOptions;
  #fault: readonly Diagnostic[] | undefined;

  private constructor(network: Network, options: ScheduleOptions) {
    this.#network = network;
    this.#options = options;
    for (const queue of network.queues.values())
      if (options.record?.includes(queue.name) === true) {
        queue.history = [];
        if (options.recordPlaces === true) [queue.places, queue.reads] = [[], []];
      }
  }

  /** Compiles all kernels; an error names streams with a wrong number of ends and operations that cannot be executed. */
  static create(schedule: Operation, options: ScheduleOptions = {}): Result<ScheduleInterpreter> {
    const network = buildNetwork(schedule, options.memories ?? [], options);
    return network.kind === "error" ? network : ok(new ScheduleInterpreter(network.value, options));
  }

  /** Appends elements to an input stream; there is always room. */
  push(argument: number, ...elements: readonly StreamElement[]): void {
    const { queue, ends } = this.#outside(argument);
    if (ends.writer !== undefined) throw new CompilerBug(`stream ${queue.name} is an output`);
    const { type } = ends.value;
    for (const element of elements) {
      if (type.kind === "stream" && !isElementOf(type.element, element))
        throw new CompilerBug(`${String(element)} is no element of a ${printType(type)}`);
      queue.putWithClock(element, this.#network.hostOrder?.sent());
    }
  }

  /** The oldest element of an output stream. */
  pop(argument: number): StreamElement | undefined {
    const { queue, ends } = this.#outside(argument);
    if (ends.reader !== undefined) throw new CompilerBug(`stream ${queue.name} is an input`);
    if (queue.count === 0) return undefined;
    this.#network.hostOrder?.join(queue.nextClock());
    return queue.take();
  }

  /** All elements of an output stream, oldest first. */
  popAll(argument: number): readonly StreamElement[] {
    const elements: StreamElement[] = [];
    for (let element = this.pop(argument); element !== undefined; element = this.pop(argument))
      elements.push(element);
    return elements;
  }

  /** Runs until nobody can move. A deadlock, a subscript out of bounds, a bad burst or an unordered access is an error. */
  run(): Result<RestState> {
    if (this.#fault !== undefined) return fail(...this.#fault);
    const outcome = catching(() => this.#step());
    const diagnostic = outcome.kind === "ok" ? (outcome.value ?? findDeadlock(this.#network)) : undefined;
    if (outcome.kind === "error") this.#fault = outcome.diagnostics;
    else if (diagnostic !== undefined) this.#fault = [diagnostic];
    if (this.#fault !== undefined) return fail(...this.#fault);
    return ok(findUnfinished(this.#network) === undefined ? "idle" : "waiting");
  }

  /** Runs, and demands that all work is done: an error says who waits for what. */
  finish(): Result<void> {
    const state = this.run();
    if (state.kind === "error") return state;
    const diagnostic = findUnfinished(this.#network);
    return diagnostic === undefined ? ok(undefined) : fail(diagnostic);
  }

  /** A `dataflow.buffer` by its name. */
  buffer(name: string): BufferView {
    for (const [value, { cells }] of this.#network.arrays) {
      if (BufferOp.match(value.producer)?.attrs.name === name) return viewOf(value, cells);
    }
    throw new CompilerBug(`the schedule has no buffer ${name}`);
  }

  /** Lets go of what is recorded so far; later elements keep their numbers. */
  forget(): void {
    for (const queue of this.#network.queues.values()) queue.forget();
  }

  /**
   * Where an element of a recorded stream was written; then where the command was written that its process was at; and so
   * on, up to what the host wrote or what is forgotten.
   */
  provenance(stream: string, element: number): readonly ElementPlace[] {
    const chain: ElementPlace[] = [];
    for (let at = this.#writtenAt(stream, element); at !== undefined; ) {
      chain.push(at.place);
      const commands = this.#network.queues.get(commandsOf(at.writer));
      at = commands === undefined ? undefined : this.#writtenAt(commands.name, at.place.command);
    }
    return chain;
  }

  /** The order in which its reader takes an element of a recorded stream: the number of the command, then the loops' counters. */
  readOrder(stream: string, element: number): readonly number[] | undefined {
    for (const queue of this.#network.queues.values()) {
      const read = queue.name === stream ? queue.reads?.[element - queue.forgotten] : undefined;
      if (read !== undefined) return [read.command, ...read.counters];
    }
    return undefined;
  }

  #writtenAt(
    stream: string,
    element: number,
  ): { readonly place: ElementPlace; readonly writer: Operation } | undefined {
    for (const { value, name, writer } of this.#network.ends) {
      const queue = this.#network.queues.get(value);
      if (name !== stream || writer === undefined || queue === undefined) continue;
      const recorded = queue.places?.[element - queue.forgotten];
      if (recorded === undefined) continue;
      const process = present(processName(writer), "a process");
      return { place: describePlace(recorded, { stream, element, process }), writer };
    }
    return undefined;
  }

  /** Every element that was written to a recorded stream and is not forgotten, oldest first. */
  history(stream: string): readonly StreamElement[] {
    for (const queue of this.#network.queues.values())
      if (queue.name === stream && queue.history !== undefined) return queue.history;
    throw new CompilerBug(`stream ${stream} is not recorded`);
  }

  #outside(argument: number): { readonly queue: Queue; readonly ends: Network["ends"][number] } {
    const value = at(at(this.#network.schedule.regions, 0).block.args, argument);
    const ends = present(
      this.#network.ends.find((candidate) => candidate.value === value),
      `stream argument ${String(argument)}`,
    );
    return { queue: present(this.#network.queues.get(value), "the queue of a stream"), ends };
  }

  #step(): Diagnostic | undefined {
    const { limit = Infinity, pick } = this.#options;
    let resumptions = 0;
    for (;;) {
      const before = resumptions;
      for (const process of this.#turn(pick)) {
        if (!canMove(process)) continue;
        if (++resumptions > limit) return noEnd(this.#network.schedule.span, { resumptions });
        resume(process);
      }
      if (resumptions === before) return undefined;
    }
  }

  /** The processes that get a chance before the next look at the whole network. */
  #turn(pick: ScheduleOptions["pick"]): readonly RunningProcess[] {
    if (pick === undefined) return this.#network.processes;
    const ready = this.#network.processes.filter(canMove);
    return ready.length === 0 ? [] : [at(ready, pick(ready.length))];
  }
}

/** The stream from which a process takes its commands or requests. */
function commandsOf(process: Operation): Value {
  if (KernelOp.match(process) === undefined) return at(process.operands, 1);
  const command = at(process.regions, 0).block.ops.find((op) => CommandOp.match(op) !== undefined);
  const argument = at(present(command, "a command").operands, 0);
  return at(process.operands, argument.index);
}

function canMove(process: RunningProcess): boolean {
  return process.wait === undefined || isOver(process.wait);
}

function resume(process: RunningProcess): void {
  const step = process.steps.next();
  if (step.done === true) throw new CompilerBug(`${process.name} ended`);
  process.wait = step.value;
}

function viewOf(value: Value, cells: CellArray): BufferView {
  const { type } = value;
  if (type.kind !== "memref") throw new CompilerBug("a buffer is a memref");
  const { element } = type;
  return {
    element,
    cells,
    read: (cell) => readCell(cells, element, cell),
    write: (cell, content) => {
      writeCell(cells, cell, content);
    },
  };
}
