import type { Operation } from "../../core/operation.ts";
import { present } from "../../support/bug.ts";
import type { Diagnostic, Note } from "../../support/diagnostics.ts";
import { deadlock, unfinished } from "../diagnostics.ts";
import type { Wait } from "../queue.ts";
import type { Network, RunningProcess } from "./network.ts";

/** Who a process waits for: another process, or the host. */
function awaited(network: Network, process: RunningProcess): Operation | undefined {
  const { queue, kind } = present(process.wait, "the wait of a process that stands");
  const ends = network.ends.find((candidate) => network.queues.get(candidate.value) === queue);
  return kind === "room" ? ends?.reader : ends?.writer;
}

/** Where nobody can move: a process in the middle of a command whose chain of waits never reaches the host. */
export function findDeadlock(network: Network): Diagnostic | undefined {
  const byOp = new Map(network.processes.map((process) => [process.op, process]));
  const isHopeless = (process: RunningProcess): boolean => {
    const seen = new Set<RunningProcess>();
    for (let current: RunningProcess | undefined = process; current !== undefined; ) {
      if (seen.has(current)) return true;
      seen.add(current);
      const next = awaited(network, current);
      current = next === undefined ? undefined : byOp.get(next);
    }
    return false;
  };
  const stuck = network.processes.filter(
    (process) => process.wait?.kind !== "command" && isHopeless(process),
  );
  if (stuck.length === 0) return undefined;
  return deadlock(network.schedule.span, { processes: stuck.map(describeWait), notes: notesOf(network) });
}

/** What is still under way: a process in the middle of a command, or elements that nobody has taken. */
export function findUnfinished(network: Network): Diagnostic | undefined {
  const busy = network.processes.filter((process) => process.wait?.kind !== "command").map(describeWait);
  const left = network.ends.flatMap(({ value, name, reader }) => {
    const count = network.queues.get(value)?.count ?? 0;
    return count === 0 || reader === undefined
      ? []
      : [`${String(count)} elements are left in stream ${name}`];
  });
  const facts = [...busy, ...left];
  return facts.length === 0
    ? undefined
    : unfinished(network.schedule.span, { facts, notes: notesOf(network) });
}

function notesOf(network: Network): readonly Note[] {
  return network.processes.map((process) => ({ span: process.op.span, text: describeWait(process) }));
}

function describeWait(process: RunningProcess): string {
  const { wait } = process;
  return wait === undefined ? `${process.name} has not begun` : `${process.name} waits for ${waitText(wait)}`;
}

function waitText(wait: Wait): string {
  const { name, capacity } = wait.queue;
  if (wait.kind === "room") return `room in stream ${name} (depth ${String(capacity)})`;
  return `${wait.kind === "command" ? "a command" : "an element"} of stream ${name}`;
}
