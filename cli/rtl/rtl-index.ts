import type { NetworkPlan } from "../../backend-hls/index.ts";
import { at } from "../../ir/index.ts";
import { LOOPS_FILE } from "./loops-file.ts";
import { functionLines, kernelFunction } from "./module-headers.ts";

/** From module to source: the kernels of `rtl/`. */
export const RTL_INDEX = "rtl/index.md";

/** The text of {@link RTL_INDEX}: each kernel's module, its function in {@link LOOPS_FILE} (whose text is `loops`), II and depth. */
export function rtlIndex({ kernels }: NetworkPlan, loops: string): string {
  const lines = functionLines(loops);
  const rows = kernels.map((kernel) => {
    const name = kernelFunction(kernel);
    const place = lines.get(name);
    const where = place === undefined ? "" : `${LOOPS_FILE}:${String(at(place, 0))}-${String(at(place, 1))}`;
    const { graph, schedule } = kernel.scheduled;
    const streams = graph.streams.map((stream) => stream.name).join(", ");
    const module = `hidalgo_core_${kernel.name}`;
    return `| [${module}](${module}.v) | ${kernel.name} | @${name} | ${where} | ${String(schedule.ii)} | ${String(schedule.depthCycles)} | ${graph.command.name} | ${streams} |`;
  });
  return [
    "# Kernels in Verilog",
    "",
    `Each kernel is a module; a comment behind a line of it names the operation and its line in \`${LOOPS_FILE}\`. II and depth in cycles.`,
    "",
    "| module | kernel | function | lines | II | depth | commands | streams |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
    "`hidalgo.v` is what a board instantiates, around `hidalgo_system.v` (registers, watchdog, port) and `hidalgo_core.v` (kernels, queues, shared arrays, burst engines).",
    "",
  ].join("\n");
}
