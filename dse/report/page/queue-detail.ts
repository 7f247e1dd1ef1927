import type { NetworkPlan } from "../../../backend-hls/index.ts";
import { at, type Value } from "../../../ir/index.ts";

/** A queue of a design, and the kernels at its ends. */
export interface QueueDetail {
  readonly name: string;
  readonly width: number;
  readonly depth: number;
  readonly from: string;
  readonly to: string;
}

/** Queues with who writes and who reads them; memory engines are the other ends. */
export function queuesOf({ kernels, streams, bursts }: NetworkPlan): readonly QueueDetail[] {
  const [writers, readers] = [new Map<Value, string>(), new Map<Value, string>()];
  for (const { name, scheduled, connections } of kernels) {
    const { graph } = scheduled;
    readers.set(at(connections, graph.command.argument), name);
    for (const { op } of graph.nodes) {
      if (op.kind !== "read" && op.kind !== "write" && op.kind !== "done") continue;
      const value = at(connections, at(graph.streams, op.stream).argument);
      (op.kind === "read" ? readers : writers).set(value, name);
    }
  }
  for (const { kind, requests, data, done } of bursts) {
    readers.set(requests, "memory");
    (kind === "read" ? writers : readers).set(data, "memory");
    if (done !== undefined) writers.set(done, "memory");
  }
  return [...streams.values()].map(({ value, name, width, depth }) => ({
    name,
    width,
    depth,
    from: writers.get(value) ?? "host",
    to: readers.get(value) ?? "host",
  }));
}
