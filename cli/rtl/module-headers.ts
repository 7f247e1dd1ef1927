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
  const lines = functionLines(loops);
  return new Map(
    kernels.map((kernel) => [
      `hidalgo_core_${kernel.name}`,
      describeKernel(kernel, lines.get(kernelFunction(kernel))?.[0]),
    ]),
  );
}

/** The first and last line, from 1, of each function in the text of {@link LOOPS_FILE}. */
export function functionLines(loops: string): ReadonlyMap<string, readonly [number, number]> {
  const lines = new Map<string, readonly [number, number]>();
  let open: { readonly name: string; readonly first: number; readonly indent: string } | undefined;
  loops.split("\n").forEach((line, index) => {
    const found = /^(?<indent>\s*)func\.func @(?<name>\w+)\(/u.exec(line)?.groups;
    if (found !== undefined)
      open = { name: found["name"] ?? "", indent: found["indent"] ?? "", first: index + 1 };
    else if (open !== undefined && line === `${open.indent}}`) {
      lines.set(open.name, [open.first, index + 1]);
      open = undefined;
    }
  });
  return lines;
}

/** The function in {@link LOOPS_FILE} that a kernel is. */
export function kernelFunction({ op, name }: PlannedKernel): string {
  return KernelOp.match(op)?.attrs.sym_name ?? name;
}

function describeKernel(kernel: PlannedKernel, line: number | undefined): readonly string[] {
  const { graph, schedule } = kernel.scheduled;
  const loops = graph.loops.map(({ name, trip }) =>
    trip.kind === "constant" ? `${name} ${String(trip.count)}` : `${name} to ${String(trip.max)} at most`,
  );
  return [
    `Kernel @${kernelFunction(kernel)}${line === undefined ? "" : `, ${LOOPS_FILE}:${String(line)}`}`,
    `II ${String(schedule.ii)}, depth ${String(schedule.depthCycles)} cycles; loops, outermost first: ${loops.length === 0 ? "none" : loops.join(", ")}`,
    `commands: ${graph.command.name}; streams: ${graph.streams.map(({ name }) => name).join(", ")}`,
  ];
}
