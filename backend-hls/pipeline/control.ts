import { at, CompilerBug, type HwBuilder, type Value, widthOf } from "../../ir/index.ts";
import type { LoopBound } from "../kernel/loop-bound.ts";
import { type KernelGraph, type KernelLoop, mostTrips, type NodeId } from "../kernel/node.ts";
import { creditCounter, type QueueCredits } from "../shell/credits.ts";
import { combineNode } from "./combine-node.ts";
import { streamPort, streamUses } from "./ports.ts";
import type { ScheduledKernel } from "./schedule-kernel.ts";

/** The signals that the control of a kernel gives to its datapath, all of the issue cycle. */
export interface Control {
  /** An iteration begins in this cycle and does its work. */
  readonly valid: Value;
  /** The last iteration of a command begins, or a command without iterations passes. */
  readonly done: Value;
  readonly counters: readonly Value[];
  readonly fields: readonly Value[];
  /** Whether an iteration begins, empty commands included. */
  readonly issue: Value;
  readonly busy: Value;
  /** A command is under way, but an element from external memory is missing. */
  readonly starved: Value;
  /** A command is under way, but a queue that it writes is full. */
  readonly blocked: Value;
}

/** What the control reads of the kernel's surroundings. */
export interface ControlOptions extends QueueCredits {
  /** Depth of the queue behind each written stream, by argument. */
  readonly depthOf: (argument: number) => number;
  /** Whether a read stream comes straight from external memory. */
  readonly isMemory: (argument: number) => boolean;
}

/**
 * Issue control (design §4.1.5): takes commands, counts the nest, and begins an iteration when every element
 * that it reads is there, a credit is held for every element that it writes, and the initiation interval allows it.
 */
export function buildControl(b: HwBuilder, kernel: ScheduledKernel, options: ControlOptions): Control {
  const { graph } = kernel;
  const busy = b.feedback(1, { name: "busy", reset: 0n });
  const empty = b.feedback(1, { name: "empty", reset: 0n });
  const command = commandFields(b, graph);
  const counters = graph.loops.map((loop, index) =>
    tripCount(loop) === 1
      ? undefined
      : b.feedback(counterBits(loop), { name: `i_${loop.name}_${String(index)}`, reset: BigInt(loop.from) }),
  );
  const values = graph.loops.map(
    (loop, index) => counters[index]?.value ?? b.constant(loop.from, counterBits(loop)),
  );
  const lasts = graph.loops.map((_, index) => isLast(b, graph, index, { values, fields: command.held }));
  const allLast = b.or(
    empty.value,
    lasts.reduce((x, y) => b.and(x, y), b.constant(1, 1)),
  );

  const guards = guardEvaluator(b, graph, values, command.held);
  const pacing = buildPacing(b, kernel);
  const ready = streamConditions(b, graph, { guardOf: guards, empty: empty.value, allLast }, options);
  const issue = b.and(busy.value, pacing.open, ...ready.conditions);
  const ends = b.and(issue, allLast);
  ready.commit(issue);
  pacing.begin(issue);

  const drained = kernel.drains ? drain(b, kernel, ends) : b.constant(1, 1);
  const free = kernel.drains ? b.and(b.not(busy.value), drained) : b.or(b.not(busy.value), ends);
  const load = b.and(b.input("cmd_valid"), free);
  command.load(load);
  busy.drive(b.or(load, b.and(busy.value, b.not(ends))));
  empty.drive(noIterations(b, graph, command.incoming), load);
  advance(b, graph, { counters, values, lasts, step: b.and(issue, b.not(empty.value)) });
  b.output("cmd_pop", load);
  return {
    valid: b.and(issue, b.not(empty.value)),
    done: ends,
    counters: values,
    fields: command.held,
    issue,
    busy: busy.value,
    starved: b.and(busy.value, ready.starved()),
    blocked: b.and(busy.value, ready.blocked()),
  };
}

interface CommandFields {
  readonly incoming: readonly Value[];
  readonly held: readonly Value[];
  load(load: Value): void;
}

function commandFields(b: HwBuilder, graph: KernelGraph): CommandFields {
  let low = 0;
  const incoming = graph.fields.map((width) => {
    const field = b.extract(b.input("cmd_data"), low, width);
    low += width;
    return field;
  });
  const registers = graph.fields.map((width, index) => b.feedback(width, { name: `field_${String(index)}` }));
  return {
    incoming,
    held: registers.map((register) => register.value),
    load: (load) => {
      registers.forEach((register, index) => {
        register.drive(at(incoming, index), load);
      });
    },
  };
}

function tripCount(loop: KernelLoop): number | undefined {
  return loop.trip.kind === "constant" ? loop.trip.count : undefined;
}

/** Unsigned bits of a counter, the value behind the last included. */
function counterBits(loop: KernelLoop): number {
  return Math.max(1, (loop.from + loop.step * Math.max(1, mostTrips(loop))).toString(2).length);
}

function isLast(
  b: HwBuilder,
  graph: KernelGraph,
  index: number,
  { values, fields }: { readonly values: readonly Value[]; readonly fields: readonly Value[] },
): Value {
  const loop = at(graph.loops, index);
  const counter = at(values, index);
  const width = counterBits(loop);
  const { trip } = loop;
  if (trip.kind === "constant")
    return trip.count <= 1 ? b.constant(1, 1) : b.equals(counter, loop.from + loop.step * (trip.count - 1));
  if (trip.kind === "affine") return isLastOfBounds(b, trip.bounds, counter, values);
  const trips = b.resize(at(fields, trip.index), width);
  return b.icmp("eq", b.add(counter, b.constant(1, width)), trips);
}

/** Whether some bound leaves no further iteration, nor this one where it leaves none at all. */
function isLastOfBounds(
  b: HwBuilder,
  bounds: readonly LoopBound[],
  counter: Value,
  values: readonly Value[],
): Value {
  return bounds
    .map((bound) => isLastOfBound(b, bound, counter, values))
    .reduce((some, bit) => b.or(some, bit));
}

/** counter + 1 >= floor(sum / divisor), which is (counter + 2) divisor > sum. */
function isLastOfBound(
  b: HwBuilder,
  { sum, divisor }: LoopBound,
  counter: Value,
  values: readonly Value[],
): Value {
  const terms = [...sum.counters].map(([outer, factor]) => ({ value: at(values, outer), factor }));
  const reach = terms.reduce(
    (total, { value, factor }) => total + Math.abs(factor) * 2 ** widthOf(value),
    Math.abs(sum.constant) + divisor * (2 ** widthOf(counter) + 2),
  );
  const width = Math.ceil(Math.log2(reach)) + 1;
  const scaled = (value: Value, factor: number): Value =>
    factor === 1
      ? b.resize(value, width)
      : b.mul(b.resize(value, width), b.constant(BigInt.asUintN(width, BigInt(factor)), width));
  const constant = b.constant(BigInt.asUintN(width, BigInt(sum.constant - 2 * divisor)), width);
  const total = terms.reduce((partial, { value, factor }) => b.add(partial, scaled(value, factor)), constant);
  return b.icmp("sgt", scaled(counter, divisor), total);
}

/** A command whose nest has no iterations: it only says that it is done. */
function noIterations(b: HwBuilder, graph: KernelGraph, incoming: readonly Value[]): Value {
  const terms = graph.loops.flatMap(({ trip }) => {
    if (trip.kind === "affine") return [];
    if (trip.kind === "constant") return trip.count > 0 ? [] : [b.constant(1, 1)];
    const field = at(incoming, trip.index);
    return [b.icmp("sle", field, b.constant(0, widthOf(field)))];
  });
  return terms.reduce((x, y) => b.or(x, y), b.constant(0, 1));
}

interface Counting {
  readonly counters: readonly ({ drive(next: Value, enable?: Value): void } | undefined)[];
  readonly values: readonly Value[];
  readonly lasts: readonly Value[];
  readonly step: Value;
}

/** Innermost first: count, or begin again and let the next outer loop count. */
function advance(b: HwBuilder, graph: KernelGraph, { counters, values, lasts, step }: Counting): void {
  let carry = step;
  for (let index = graph.loops.length - 1; index >= 0; index--) {
    const loop = at(graph.loops, index);
    const value = at(values, index);
    const width = widthOf(value);
    const next = b.mux(
      at(lasts, index),
      b.constant(loop.from, width),
      b.add(value, b.constant(loop.step, width)),
    );
    counters[index]?.drive(next, carry);
    carry = b.and(carry, at(lasts, index));
  }
}

/** Iterations begin at multiples of the interval, so that shared units meet no other iteration's operation. */
function buildPacing(
  b: HwBuilder,
  { schedule, exclusive }: ScheduledKernel,
): { readonly open: Value; begin(issue: Value): void } {
  if (schedule.ii === 1) return { open: b.constant(1, 1), begin: () => undefined };
  const width = (schedule.ii - 1).toString(2).length;
  const phase = b.feedback(width, { name: "phase", reset: 0n });
  const atZero = b.equals(phase.value, 0);
  return {
    open: atZero,
    begin: (issue) => {
      const next = b.mux(
        b.equals(phase.value, schedule.ii - 1),
        b.constant(0, width),
        b.add(phase.value, b.constant(1, width)),
      );
      phase.drive(next, exclusive ? b.or(issue, b.not(atZero)) : b.constant(1, 1));
    },
  };
}

/** 1 once the pipeline is empty behind the last iteration of a command. */
function drain(b: HwBuilder, { schedule }: ScheduledKernel, ends: Value): Value {
  const width = schedule.depthCycles.toString(2).length;
  const left = b.feedback(width, { name: "draining", reset: 0n });
  const none = b.equals(left.value, 0);
  left.drive(
    b.mux(ends, b.constant(schedule.depthCycles, width), b.sub(left.value, b.constant(1, width))),
    b.or(ends, b.not(none)),
  );
  return none;
}

/** Evaluates guards of streams combinationally from counters and fields. */
function guardEvaluator(
  b: HwBuilder,
  graph: KernelGraph,
  counters: readonly Value[],
  fields: readonly Value[],
): (node: NodeId) => Value {
  const known = new Map<NodeId, Value>();
  const evaluate = (id: NodeId): Value => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const node = at(graph.nodes, id);
    const { op } = node;
    if (
      op.kind === "load" ||
      op.kind === "store" ||
      op.kind === "read" ||
      op.kind === "write" ||
      op.kind === "done" ||
      op.kind === "float"
    ) {
      throw new CompilerBug(`a stream of kernel ${graph.name} stands under a guard that depends on data`);
    }
    const value =
      op.kind === "counter"
        ? b.resize(at(counters, op.loop), node.width)
        : op.kind === "field"
          ? at(fields, op.index)
          : combineNode(b, graph, node, node.args.map(evaluate));
    known.set(id, value);
    return value;
  };
  return evaluate;
}

interface StreamConditions {
  readonly conditions: readonly Value[];
  starved(): Value;
  blocked(): Value;
  /** Pops what the beginning iteration reads and spends the credits of what it writes. */
  commit(issue: Value): void;
}

interface IterationState {
  readonly guardOf: (node: NodeId) => Value;
  readonly empty: Value;
  readonly allLast: Value;
}

function streamConditions(
  b: HwBuilder,
  graph: KernelGraph,
  { guardOf, empty, allLast }: IterationState,
  options: ControlOptions,
): StreamConditions {
  const conditions: Value[] = [];
  const [missing, full]: [Value[], Value[]] = [[], []];
  const commits: ((issue: Value) => void)[] = [];
  for (const { stream, direction, node } of streamUses(graph)) {
    const { argument, name } = at(graph.streams, stream);
    const guard =
      direction === "done"
        ? allLast
        : b.and(b.not(empty), node.predicate === undefined ? b.constant(1, 1) : guardOf(node.predicate));
    if (direction === "read") {
      conditions.push(b.or(b.not(guard), b.input(streamPort(argument, "valid"))));
      if (options.isMemory(argument))
        missing.push(b.and(guard, b.not(b.input(streamPort(argument, "valid")))));
      commits.push((issue) => {
        b.output(streamPort(argument, "pop"), b.and(issue, guard));
      });
      continue;
    }
    const { depthOf, beginsWithoutCredits } = options;
    const credits = creditCounter(
      b,
      `${name}_${String(argument)}`,
      { depth: depthOf(argument), beginsWithoutCredits },
      b.input(streamPort(argument, "credit")),
    );
    conditions.push(b.or(b.not(guard), credits.any));
    full.push(b.and(guard, b.not(credits.any)));
    commits.push((issue) => {
      credits.spend(b.and(issue, guard));
    });
  }
  const any = (terms: readonly Value[]): Value => terms.reduce((x, y) => b.or(x, y), b.constant(0, 1));
  return {
    conditions,
    starved: () => any(missing),
    blocked: () => any(full),
    commit: (issue) => {
      for (const commit of commits) commit(issue);
    },
  };
}
