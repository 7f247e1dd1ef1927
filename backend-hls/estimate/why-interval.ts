import { at, printSpan } from "../../ir/index.ts";
import type { KernelGraph, KernelNode } from "../kernel/node.ts";
import type { NetworkPlan } from "../network/plan-network.ts";
import type { ScheduledKernel } from "../pipeline/schedule-kernel.ts";
import type { Bound, RecurrenceBound, ResourceBound } from "../problem/schedule.ts";

/** One operation of a recurrence. */
interface RecurrenceStep {
  /** What it does: `add`, `load squares`, `store squares`, … */
  readonly operation: string;
  readonly latency: number;
  /** The place in a source file; null where the compiler made the kernel. */
  readonly source: string | null;
}

/** Why a kernel begins an iteration no more often. */
export type IntervalBound =
  /** Nothing: an iteration begins in every cycle. */
  | { readonly kind: "none" }
  /** A value goes round: `cycles` from an iteration to the one `distance` behind it that needs it. Wires are left out. */
  | {
      readonly kind: "recurrence";
      readonly cycles: number;
      readonly distance: number;
      readonly steps: readonly RecurrenceStep[];
    }
  /** More accesses of a bank in an iteration than its port allows in a cycle. */
  | {
      readonly kind: "port";
      readonly array: string;
      readonly bank: number;
      readonly access: "read" | "write";
      readonly uses: number;
      readonly per_cycle: number;
    }
  /** Fewer units than uses. */
  | { readonly kind: "unit"; readonly unit: string; readonly uses: number; readonly units: number }
  /** Several, none of which alone asks for so much. */
  | { readonly kind: "combined"; readonly bounds: readonly IntervalBound[] }
  /** One operation after the other, as `--schedule sequential` asks. */
  | { readonly kind: "sequential" }
  /** Somebody asked for it, to share units: no bound makes it smaller than this. */
  | { readonly kind: "target" };

/** The pace of a kernel and what holds it up. */
export interface KernelInterval {
  readonly name: string;
  readonly ii: number;
  readonly depth: number;
  /** A command begins only when the one before has left the pipeline. */
  readonly drains: boolean;
  readonly bound: IntervalBound;
}

/** "Why is II 3?" for every kernel of a plan. */
export function kernelIntervals(plan: NetworkPlan): readonly KernelInterval[] {
  return plan.kernels.map(({ name, scheduled }) => {
    const { ii, depthCycles } = scheduled.schedule;
    return { name, ii, depth: depthCycles, drains: scheduled.drains, bound: reasonOf(scheduled) };
  });
}

function reasonOf(scheduled: ScheduledKernel): IntervalBound {
  const { ii, bound, depthCycles } = scheduled.schedule;
  if (ii === 1) return { kind: "none" };
  if (bound.kind !== "none") return describe(scheduled, bound);
  return ii >= depthCycles ? { kind: "sequential" } : { kind: "target" };
}

function describe(
  scheduled: ScheduledKernel,
  bound: Exclude<Bound, { readonly kind: "none" }>,
): IntervalBound {
  switch (bound.kind) {
    case "recurrence":
      return describeRecurrence(scheduled, bound);
    case "resource":
      return describeResource(scheduled.graph, bound);
    case "combined":
      return { kind: "combined", bounds: bound.bounds.map((one) => describe(scheduled, one)) };
  }
}

function describeRecurrence(
  { graph, timing, schedule }: ScheduledKernel,
  bound: RecurrenceBound,
): IntervalBound {
  const steps = bound.ops.flatMap((id): readonly RecurrenceStep[] => {
    const node = at(graph.nodes, id);
    const operation = operationOf(graph, node);
    if (operation === undefined) return [];
    const { latencyCycles: latency } = at(timing, id);
    return [{ operation, latency, source: node.span.line === 0 ? null : printSpan(node.span) }];
  });
  // What a smaller interval would leave is less than one trip takes, wherever in the cycle it closes.
  const cycles = Math.max(bound.cycles, (schedule.ii - 1) * bound.distance + 1);
  return { kind: "recurrence", cycles, distance: bound.distance, steps };
}

/** What a node does, for a person; undefined for wires. */
function operationOf(graph: KernelGraph, { op, width }: KernelNode): string | undefined {
  switch (op.kind) {
    case "float":
      return `${op.primitive}f`;
    case "binary":
      return `${op.operator} i${String(width)}`;
    case "compare":
      return `compare ${op.predicate}`;
    case "select":
      return "select";
    case "load":
    case "store":
      return `${op.kind} ${at(graph.arrays, op.array).name}`;
    case "read":
    case "write":
    case "done":
      return `${op.kind} ${at(graph.streams, op.stream).name}`;
    case "constant":
    case "counter":
    case "field":
    case "extend":
    case "slice":
    case "join":
      return undefined;
  }
}

/** Resources are named in `pipeline/kernel-problem.ts`: `read_<array>_<bank>`, `write_<array>_<bank>`, `unit_<primitive>`. */
function describeResource(graph: KernelGraph, { name, uses, units }: ResourceBound): IntervalBound {
  const port = /^(?<access>read|write)_(?<array>.+)_(?<bank>\d+)$/u.exec(name)?.groups;
  const array = graph.arrays.find((candidate) => candidate.name === port?.["array"]);
  if (port === undefined || array === undefined)
    return { kind: "unit", unit: name.replace(/^unit_/u, ""), uses, units };
  const access = port["access"] === "read" ? "read" : "write";
  return { kind: "port", array: array.name, bank: Number(port["bank"]), access, uses, per_cycle: units };
}

/** A bound in a sentence. */
export function intervalSentence(bound: IntervalBound): string {
  switch (bound.kind) {
    case "none":
      return "an iteration in every cycle";
    case "recurrence": {
      const steps = bound.steps
        .map(({ operation, latency }) => `${operation} (${String(latency)})`)
        .join(" -> ");
      return `a value goes round in ${String(bound.cycles)} cycles, ${String(bound.distance)} iteration${bound.distance === 1 ? "" : "s"} on: ${steps}`;
    }
    case "port":
      return `${String(bound.uses)} ${bound.access}s of bank ${String(bound.bank)} of ${bound.array} in an iteration, its port does ${String(bound.per_cycle)} a cycle`;
    case "unit":
      return `${String(bound.uses)} uses of ${String(bound.units)} unit${bound.units === 1 ? "" : "s"} ${bound.unit}`;
    case "combined":
      return `no schedule meets all of these at once: ${bound.bounds.map(intervalSentence).join("; ")}`;
    case "sequential":
      return "one operation after the other was asked for";
    case "target":
      return "no bound: this kernel may be slower, so that it shares units";
  }
}
