import type { Operation, Value } from "../../core/operation.ts";
import { BurstReadOp, BurstWriteOp, KernelOp, StreamOp } from "../../dialects/dataflow/ops.ts";
import { at } from "../../support/bug.ts";
import type { Diagnostic } from "../../support/diagnostics.ts";
import { openStream, sharedStreamEnd } from "../diagnostics.ts";

/** One use of a stream by a process. */
interface StreamUse {
  readonly process: Operation;
  readonly end: "read" | "written";
}

/** What becomes of a stream: who reads and who writes it; undefined is the outside. */
export interface StreamEnds {
  readonly value: Value;
  readonly name: string;
  readonly reader: Operation | undefined;
  readonly writer: Operation | undefined;
}

/** The operations of a schedule that run: kernels and burst engines. */
export function processesOf(schedule: Operation): readonly Operation[] {
  return at(schedule.regions, 0).block.ops.filter((op) => processName(op) !== undefined);
}

/** The name of a kernel or burst engine; undefined for other operations. */
export function processName(op: Operation): string | undefined {
  const kernel = KernelOp.match(op);
  if (kernel !== undefined) return `@${kernel.attrs.sym_name}`;
  return (BurstReadOp.match(op) ?? BurstWriteOp.match(op))?.attrs.name;
}

/** Both ends of every stream of a schedule, or what is wrong with them. */
export function streamEnds(schedule: Operation): {
  readonly ends: readonly StreamEnds[];
  readonly problems: readonly Diagnostic[];
} {
  const body = at(schedule.regions, 0).block;
  const problems: Diagnostic[] = [];
  const streams = [
    ...body.args.map((value, index) => ({
      value,
      name: value.hint ?? `arg${String(index)}`,
      isOutside: true,
    })),
    ...body.ops.flatMap((op) => {
      const stream = StreamOp.match(op);
      return stream === undefined
        ? []
        : [{ value: stream.results.stream, name: stream.attrs.name, isOutside: false }];
    }),
  ].filter(({ value }) => value.type.kind === "stream");
  const ends = streams.map(({ value, name, isOutside }) => {
    const uses = value.uses.flatMap((use) => usesBy(use.user, use.index));
    const [readers, writers] = [of(uses, "read"), of(uses, "written")];
    for (const [verb, users] of [
      ["read", readers],
      ["written", writers],
    ] as const) {
      const [first, second] = users;
      if (first !== undefined && second !== undefined)
        problems.push(
          sharedStreamEnd(second.span, { stream: name, verb, first: nameOf(first), second: nameOf(second) }),
        );
    }
    if (!isOutside && readers.length === 0)
      problems.push(openStream(schedule.span, { stream: name, verb: "reads" }));
    if (!isOutside && writers.length === 0)
      problems.push(openStream(schedule.span, { stream: name, verb: "writes" }));
    return { value, name, reader: readers[0], writer: writers[0] };
  });
  return { ends, problems };
}

function of(uses: readonly StreamUse[], end: StreamUse["end"]): readonly Operation[] {
  return [...new Set(uses.filter((use) => use.end === end).map((use) => use.process))];
}

function nameOf(op: Operation): string {
  return processName(op) ?? op.name;
}

/** How operand `index` of a process is used: burst engines read requests, then data goes the way of the engine. */
function usesBy(process: Operation, index: number): readonly StreamUse[] {
  if (KernelOp.match(process) === undefined) {
    const isRead = index === 1 || (process.name === BurstWriteOp.name && index === 2);
    return [{ process, end: isRead ? "read" : "written" }];
  }
  const arg = at(process.regions, 0).block.args[index];
  return (arg?.uses ?? []).map(
    ({ user }): StreamUse => ({
      process,
      end: user.name === "dataflow.write" || user.name === "dataflow.done" ? "written" : "read",
    }),
  );
}
