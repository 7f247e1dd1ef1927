import { BurstReadOp, BurstWriteOp, KernelOp, type Operation, StreamOp, type Value } from "../../ir/index.ts";

/** Who writes and who reads one stream of a schedule: names of kernels and burst engines as hardware calls their instances. */
export interface StreamUsers {
  readonly writer: string | undefined;
  readonly reader: string | undefined;
}

/** The processes at both ends of every stream. */
export function streamUsers(schedule: Operation): ReadonlyMap<string, StreamUsers> {
  const { ops } = schedule.regions[0]?.block ?? { ops: [] };
  return new Map(
    ops.flatMap((op): readonly (readonly [string, StreamUsers])[] => {
      const name = StreamOp.match(op)?.attrs.name;
      if (name === undefined) return [];
      const ends = op.result.uses.flatMap(({ user, index }) => endsOf(user, index));
      const find = (writes: boolean): string | undefined =>
        ends.find((end) => end.writes === writes)?.process;
      return [[name, { writer: find(true), reader: find(false) }]];
    }),
  );
}

interface StreamEnd {
  readonly process: string;
  readonly writes: boolean;
}

function endsOf(user: Operation, index: number): readonly StreamEnd[] {
  const process = instanceName(user);
  if (process === undefined) return [];
  if (KernelOp.match(user) === undefined) {
    const reads = index === 1 || (index === 2 && BurstWriteOp.match(user) !== undefined);
    return [{ process, writes: !reads }];
  }
  const argument: Value | undefined = user.regions[0]?.block.args[index];
  return (argument?.uses ?? []).map((use) => ({
    process,
    writes: use.user.name === "dataflow.write" || use.user.name === "dataflow.done",
  }));
}

/** The instance of a process in the network: `k_<kernel>` or `dma_<engine>`. */
function instanceName(op: Operation): string | undefined {
  const kernel = KernelOp.match(op)?.attrs.sym_name;
  if (kernel !== undefined) return `k_${kernel}`;
  const burst = (BurstReadOp.match(op) ?? BurstWriteOp.match(op))?.attrs.name;
  return burst === undefined ? undefined : `dma_${burst}`;
}

/** The name of the process behind an instance. */
export function processOf(instance: string | undefined): string | undefined {
  return instance?.replace(/^(?:k|dma)_/u, "");
}

/** The instances around a process, itself included, and the queues between them. */
export function instancesAround(users: ReadonlyMap<string, StreamUsers>, process: string): readonly string[] {
  const found = new Set([process]);
  for (const [stream, { writer, reader }] of users) {
    if (writer !== process && reader !== process) continue;
    found.add(`q_${stream}`);
    for (const other of [writer, reader]) if (other !== undefined) found.add(other);
  }
  return [...found];
}
