import type { NetworkPlan, PlannedKernel } from "../../backend-hls/index.ts";
import { KernelOp } from "../../ir/index.ts";
import { LOOPS_FILE } from "./loops-file.ts";

/**
 * What stands above the Verilog of each kernel: the function in {@link LOOPS_FILE} (whose text is `loops`) that it was made
 * of, its initiation interval and depth, its loops.
 */
export function moduleHeaders(
  { kernels }: NetworkPlan,
  loops: string,
): ReadonlyMap<string, readonly string[]> {
  const lines = new Map<string, number>();
  loops.split("\n").forEach((line, index) => {
    const name = /^\s*func\.func @(?<name>\w+)\(/u.exec(line)?.groups?.["name"];
    if (name !== undefined) lines.set(name, index + 1);
  });
  return new Map(
    kernels.map((kernel) => [
      `hidalgo_core_${kernel.name}`,
      describeKernel(kernel, lines.get(nameOf(kernel))),
    ]),
  );
}

function nameOf({ op, name }: PlannedKernel): string {
  return KernelOp.match(op)?.attrs.sym_name ?? name;
}

function describeKernel(kernel: PlannedKernel, line: number | undefined): readonly string[] {
  const { graph, schedule } = kernel.scheduled;
  const loops = graph.loops.map(({ name, trip }) =>
    trip.kind === "constant" ? `${name} ${String(trip.count)}` : `${name} to ${String(trip.max)} at most`,
  );
  return [
    `Kernel @${nameOf(kernel)}${line === undefined ? "" : `, ${LOOPS_FILE}:${String(line)}`}`,
    `II ${String(schedule.ii)}, depth ${String(schedule.depthCycles)} cycles; loops, outermost first: ${loops.length === 0 ? "none" : loops.join(", ")}`,
    `commands: ${graph.command.name}; streams: ${graph.streams.map(({ name }) => name).join(", ")}`,
  ];
}
