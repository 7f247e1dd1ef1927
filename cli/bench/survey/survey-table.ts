import { at } from "../../../ir/index.ts";
import type { BenchRow } from "../../schemas/bench.ts";
import type { Workload } from "./list-steps.ts";
import { cellOf, type MeasuredVariant } from "./measure-variant.ts";

/** One row for each variant and workload. */
export function benchRows(measured: readonly MeasuredVariant[], workloads: readonly Workload[]): BenchRow[] {
  const baseline = at(measured, 0);
  return measured.flatMap((one) =>
    workloads.map((workload): BenchRow => {
      const { cycles, bytes, joules, memoryBytes, steps } = cellOf(one, workload);
      const standardCycles = cellOf(baseline, workload).cycles;
      const { key, name, method, published } = one.variant;
      const { lut, dsp, bram18 } = one.area;
      return {
        name,
        key,
        workload: { ...workload },
        cycles,
        baseline_cycles: standardCycles,
        ratio: standardCycles / cycles,
        seconds: cycles / (one.clockMhz * 1e6),
        bytes,
        joules,
        memory_bytes: { ...memoryBytes, total: memoryBytes.weights + memoryBytes.kv },
        ...{ dsp, lut, bram18, clock_mhz: one.clockMhz },
        steps,
        estimated_steps: one.estimatedSteps,
        method,
        published: published ?? null,
      };
    }),
  );
}

/** The table for people: ratios of all workloads, and what the long request of one user moves and costs. */
export function tableLines(
  measured: readonly MeasuredVariant[],
  workloads: readonly Workload[],
): readonly string[] {
  const baseline = at(measured, 0);
  const { plan, deviceFile } = baseline.hardware;
  const detailed = workloads.find(({ name, users }) => name === "long" && users === 1) ?? at(workloads, 0);
  const heads = workloads.map(({ name, users }) => `${name} x${String(users)}`);
  const columns = [...heads, "cycles", "MB moved", "memory KB", "mJ", "DSP"];
  const lines = measured.map((one) => {
    const ratios = workloads.map((workload) => {
      const ratio = cellOf(baseline, workload).cycles / cellOf(one, workload).cycles;
      return ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2);
    });
    const { cycles, bytes, joules, memoryBytes } = cellOf(one, detailed);
    const memory = ((memoryBytes.weights + memoryBytes.kv) / 1024).toFixed(0);
    const cost = [String(cycles), (bytes / 1e6).toFixed(1), memory, (joules * 1000).toFixed(1)];
    return formatLine(one.variant.name, [...ratios, ...cost, String(one.area.dsp)]);
  });
  const sizes = workloads
    .filter(({ users }) => users === 1)
    .map(({ name, prompt, output }) => `${name}: ${String(prompt)} tokens in, ${String(output)} out`);
  return [
    `${deviceFile.name}, ${String(baseline.clockMhz)} MHz, up to ${String(plan.rows)} rows; attention of ${String(plan.model.heads)} heads over all positions, at most ${String(plan.model.maxContext)}`,
    `${sizes.join("; ")}; all users submit at once; ratios of the time to the last token; cycles to DSP: ${detailed.name}, ${String(detailed.users)} user`,
    "",
    formatLine("", columns),
    ...lines,
    "",
    ...measured.flatMap(({ variant: { name, method, published } }) => [
      `${name}: ${method}`,
      ...(published === undefined ? [] : [`  published: ${published.claim} (${published.source})`]),
    ]),
  ];
}

function formatLine(name: string, cells: readonly string[]): string {
  return `${name.padEnd(30)}${cells.map((cell) => cell.padStart(11)).join("")}`.trimEnd();
}
