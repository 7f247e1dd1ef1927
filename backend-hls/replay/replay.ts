import { at, ok, present, type Result, type StreamElement, type Value } from "../../ir/index.ts";
import { isRead } from "../network/network-module.ts";
import type { NetworkPlan, PlannedStream } from "../network/plan-network.ts";
import { fifoLatency } from "../shell/index.ts";
import { type HostReplay, hostPop, hostPush } from "./host-replay.ts";
import { type IssueObserver, type KernelActivity, KernelReplay } from "./kernel-replay.ts";
import { Link } from "./link.ts";
import { type RecordedValues, recordCommands } from "./record-commands.ts";
import type { Stimulus } from "./stimulus.ts";

/** When everything happened, in cycles; cycle 0 is the first one after reset. */
export interface ReplayReport {
  /** Cycles in which the host pushed (inputs) or popped (outputs) each element, by stream. */
  readonly times: ReadonlyMap<string, readonly number[]>;
  /** The elements of the outputs. */
  readonly outputs: ReadonlyMap<string, readonly StreamElement[]>;
  readonly kernels: readonly KernelActivity[];
  /** Cycles up to and with the last event at the host. */
  readonly cycles: number;
}

/**
 * The estimator: runs the plan that the hardware is made from on times instead of signals. Every cycle it names is the one
 * of the hardware. Values come from the level-3 interpreter, for commands alone decide trip counts and guards.
 */
export function replay(plan: NetworkPlan, stimulus: Stimulus, observe?: IssueObserver): Result<ReplayReport> {
  const values = recordCommands(plan, stimulus);
  return values.kind === "error" ? values : ok(replayTimes(plan, stimulus, values.value, observe));
}

/** As `replay`, with the values known already. */
export function replayTimes(
  plan: NetworkPlan,
  stimulus: Stimulus,
  values: RecordedValues,
  observe?: IssueObserver,
): ReplayReport {
  const links = new Map(
    [...plan.streams].map(([value, stream]) => [
      value,
      new Link(stream.name, stream.depth, queueLatency(stream)),
    ]),
  );
  const link = (value: Value): Link => present(links.get(value), "a queue");
  const kernels = plan.kernels.map((kernel) => {
    const commands = present(
      values.commands.get(at(kernel.connections, kernel.scheduled.graph.command.argument)),
      "commands",
    );
    return new KernelReplay(
      kernel,
      (argument) => link(at(kernel.connections, argument)),
      (index) => at(commands, index),
      observe,
    );
  });
  const hosts = hostsOf(plan, stimulus, link);
  const parts = [...hosts, ...kernels];
  for (let moved = true; moved; ) {
    moved = false;
    for (const part of parts) if (part.advance()) moved = true;
  }
  return {
    times: new Map(hosts.map(({ name, times }) => [name, times])),
    outputs: values.outputs,
    kernels: kernels.map((kernel) => kernel.activity),
    cycles: 1 + hosts.reduce((last, { times }) => Math.max(last, times.at(-1) ?? -1), -1),
  };
}

/** Cycles from a push to the cycle in which the element is shown; pure order never takes block RAM. */
function queueLatency({ width, depth }: PlannedStream): number {
  return width === 0 ? 1 : fifoLatency(depth);
}

function hostsOf(plan: NetworkPlan, stimulus: Stimulus, link: (value: Value) => Link): readonly HostReplay[] {
  return plan.outside.flatMap((value) => {
    const stream = plan.streams.get(value);
    if (stream === undefined) return [];
    if (isRead(plan, value))
      return [hostPush(link(value), stimulus.inputs.get(stream.name) ?? { elements: [] })];
    const { ready } = stimulus;
    return [hostPop(link(value), ready === undefined ? undefined : (cycle) => ready(stream.name, cycle))];
  });
}
