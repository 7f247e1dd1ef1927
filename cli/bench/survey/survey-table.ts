import { at } from "../../../ir/index.ts";
import type { BenchRow } from "../../schemas/bench.ts";
import { describeArray } from "../describe-array.ts";
import type { Workload } from "./list-steps.ts";
import { cellOf, type MeasuredVariant } from "./measure-variant.ts";

/** A variant on one workload: a row as the table's JSON has it. */
export type SurveyRow = BenchRow & {
  readonly key: string;
  readonly workload: Workload;
  readonly cycles: number;
  readonly ratio: number;
  readonly bytes: number;
  readonly joules: number;
  readonly memory_bytes: { readonly weights: number; readonly kv: number; readonly total: number };
  readonly precision: string;
  readonly kv_bits: number;
  /** Products in parallel, rows of a step and so on. */
  readonly array: string;
  readonly dsp: number;
  readonly lut: number;
  readonly bram18: number;
  readonly method: string;
};

/** One row for each variant and workload. */
export function surveyRows(
  measured: readonly MeasuredVariant[],
  workloads: readonly Workload[],
): SurveyRow[] {
  const baseline = at(measured, 0);
  return measured.flatMap((one) =>
    workloads.map((workload) => {
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
        precision: one.variant.format,
        kv_bits: one.variant.precision.kvBits,
        array: describeArray(one.hardware.plan),
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
export function tableLines(rows: readonly SurveyRow[], workloads: readonly Workload[]): readonly string[] {
  const detailed = workloads.find(({ name, users }) => name === "long" && users === 1) ?? at(workloads, 0);
  const variants = [...Map.groupBy(rows, ({ key }) => key).values()];
  const heads = workloads.map(titleOf);
  const lines = variants.map((cells) => {
    const ratios = workloads.map((workload) => formatRatio(rowOf(cells, workload).ratio));
    const row = rowOf(cells, detailed);
    const { name, cycles, bytes, joules, memory_bytes: memory, dsp, lut, bram18 } = row;
    const memories = [memory.total, memory.weights, memory.kv].map((size) => (size / 1024).toFixed(0));
    const cost = [String(cycles), (bytes / 1e6).toFixed(1), ...memories, (joules * 1000).toFixed(1)];
    return formatLine(name, [...ratios, ...cost, ...[dsp, lut, bram18].map(String)]);
  });
  const sizes = workloads
    .filter(({ users }) => users === 1)
    .map(({ name, prompt, output }) => `${name}: ${String(prompt)} tokens in, ${String(output)} out`);
  return [
    `time from submission to the last token of the last user, as a ratio to the standard LLM; ${sizes.join("; ")}; x users`,
    `cycles to mJ: ${titleOf(detailed)}; memory: weights and tables, and the KV blocks in use or reserved; cells by the area model`,
    "",
    formatLine("", [
      ...heads,
      "cycles",
      "MB moved",
      "memory KB",
      "weights",
      "KV",
      "mJ",
      "DSP",
      "LUT",
      "BRAM18",
    ]),
    ...lines,
    "",
    ...variants.flatMap((cells) => {
      const { name, method, precision, kv_bits: kv, array, published } = at(cells, 0);
      const claim = published ? [`  published: ${published.claim} (${published.source})`] : [];
      return [`${name}: ${method}`, `  hardware: ${precision}, kv ${String(kv)}, array ${array}`, ...claim];
    }),
  ];
}

const titleOf = ({ name, users }: Workload): string => `${name} x${String(users)}`;

function rowOf(cells: readonly SurveyRow[], workload: Workload): SurveyRow {
  return at(
    cells,
    cells.findIndex((cell) => titleOf(cell.workload) === titleOf(workload)),
  );
}

function formatRatio(ratio: number): string {
  return ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2);
}

function formatLine(name: string, cells: readonly string[]): string {
  return `${name.padEnd(30)}${cells.map((cell) => cell.padStart(11)).join("")}`.trimEnd();
}
