import type { Result } from "../../../ir/index.ts";
import { cyclesOf, type KernelCase, type KernelMeasure } from "./measure-kernel.ts";
import { baselineOf, PUBLISHED_SOURCE, publishedOf } from "./published.ts";
import { interfaceOf, macRate, unitsOf } from "./table-row.ts";

/** A case with what came of it. */
export interface MeasuredCase {
  readonly each: KernelCase;
  readonly measure: Result<KernelMeasure>;
}

/** All designs of one kernel at one size, by `strict ram`, …. */
interface KernelLine {
  readonly kernel: string;
  readonly size: string;
  readonly measures: ReadonlyMap<string, Result<KernelMeasure>>;
}

/** The table for people: a line for each kernel and size, published cycles behind ours, and what the lines come to. */
export function renderTable(cases: readonly MeasuredCase[]): string {
  const lines = linesOf(cases);
  const rows = lines.map(cellsOf);
  const heads = [HEADS, ...rows];
  const widths = HEADS.map((_, column) => Math.max(...heads.map((row) => row[column]?.length ?? 0)));
  const text = heads.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  "),
  );
  return [...NOTES, "", ...text, "", ...summaryOf(lines)].join("\n");
}

const NOTES: readonly string[] = [
  "Cycles from start to done; ram: arrays preloaded on chip; m_axi: arrays in external memory, read and written back within the cycles.",
  "strict: sums in the program's order; reassoc: fastmath<reassoc>, else and everywhere for units, MACs, area and ratios.",
  "same: all results are the reference's, bit by bit where strict; 'reassoc by' is the simulator of that column.",
  "~ before cycles: by the plan, not simulated. DSP, LUT and RAMB18 by Yosys, ~ where it is the compiler's estimate; its estimate of LUTs in brackets.",
  `Allo, ScaleHLS and the others are figures of ${PUBLISHED_SOURCE}; ratios are their cycles over ours.`,
];

const HEADS: readonly string[] = [
  ...[
    "kernel",
    "size",
    "MHz",
    "mul+add",
    "div+sqrt",
    "strict",
    "reassoc",
    "m_axi",
    "MAC/cycle/unit",
    "same",
    "reassoc by",
  ],
  ...["DSP", "LUT", "RAMB18", "Allo", "Allo/ours", "ScaleHLS/ours", "Allo (CODO)", "Stream-HLS", "HIDA"],
];

function linesOf(cases: readonly MeasuredCase[]): readonly KernelLine[] {
  const lines = new Map<
    string,
    { kernel: string; size: string; measures: Map<string, Result<KernelMeasure>> }
  >();
  for (const { each, measure } of cases) {
    const key = `${each.kernel.name} ${each.size}`;
    const line = lines.get(key) ?? { kernel: each.kernel.name, size: each.size, measures: new Map() };
    line.measures.set(`${each.rounding} ${interfaceOf(each)}`, measure);
    lines.set(key, line);
  }
  return [...lines.values()];
}

/** The design that units, area and ratios are told of: sums reassociated and arrays on chip, where it was made. */
function designOf({ measures }: KernelLine): KernelMeasure | undefined {
  const found = measures.get("reassoc ram") ?? [...measures.values()][0];
  return found?.kind === "ok" ? found.value : undefined;
}

function cellsOf(line: KernelLine): readonly string[] {
  const { kernel, size, measures } = line;
  const design = designOf(line);
  const cycles = (key: string): string => {
    const measure = measures.get(key);
    if (measure === undefined) return "";
    if (measure.kind === "error") return "none";
    return `${measure.value.run === undefined ? "~" : ""}${String(cyclesOf(measure.value))}`;
  };
  const head = [kernel, size];
  if (design === undefined) return [...head, "not compiled"];
  const units = unitsOf(design);
  const isBuilt = design.run !== undefined;
  const pair = (one: string, other: string): string =>
    `${String(units[one] ?? 0)}+${String(units[other] ?? 0)}`;
  return [
    ...head,
    String(design.clockMhz),
    isBuilt ? pair("fmul", "fadd") : "",
    isBuilt ? pair("fdiv", "fsqrt") : "",
    cycles("strict ram"),
    cycles("reassoc ram"),
    cycles("reassoc m_axi"),
    isBuilt ? macRate(design).toFixed(3) : "",
    tellResults(line),
    design.run?.simulator ?? "plan",
    ...areaCells(design),
    ...publishedCells(line, design),
  ];
}

/** Whether every design of a kernel that ran gives the reference's results. */
function tellResults({ measures }: KernelLine): string {
  const runs = [...measures.values()].map((each) => (each.kind === "ok" ? each.value.run : undefined));
  const compared = runs.filter((run) => run !== undefined);
  if (compared.some(({ matches_reference: matches }) => matches !== true)) return "NO";
  return compared.length === 0 ? "" : compared.length < runs.length ? "yes (of those run)" : "yes";
}

function areaCells({ area }: KernelMeasure): readonly string[] {
  if (area === undefined) return ["", "", ""];
  const { synthesized, estimated } = area;
  const mark = synthesized === undefined ? "~" : "";
  const shown = synthesized ?? estimated;
  return [
    `${mark}${String(shown.dsp)}`,
    `${mark}${String(shown.lut)} (${String(estimated.lut)})`,
    `${mark}${String(shown.bram18)}`,
  ];
}

function publishedCells({ kernel, size }: KernelLine, design: KernelMeasure): readonly string[] {
  if (size !== "medium") return [];
  const cycles = cyclesOf(design);
  const published = publishedOf(kernel);
  const baseline = baselineOf(kernel);
  const own = (system: string): string => String(published[system]?.cycles ?? "");
  return [
    String(baseline ?? ""),
    baseline === undefined ? "" : (baseline / cycles).toFixed(3),
    ratioOf(published["scalehls"]?.cycles, cycles),
    ...["allo_codo", "stream_hls", "hida"].map(own),
  ];
}

function ratioOf(theirs: number | undefined, ours: number): string {
  return theirs === undefined ? "" : (theirs / ours).toFixed(1);
}

/** What the table comes to against the two columns that all kernels have. */
function summaryOf(lines: readonly KernelLine[]): readonly string[] {
  const medium = lines.filter(({ size }) => size === "medium");
  return (["Allo", "ScaleHLS"] as const).flatMap((system) => {
    const ratios = medium.flatMap((line): readonly number[] => {
      const design = designOf(line);
      const theirs =
        system === "Allo" ? baselineOf(line.kernel) : publishedOf(line.kernel)["scalehls"]?.cycles;
      return design === undefined || theirs === undefined ? [] : [cyclesOf(design) / theirs];
    });
    if (ratios.length === 0) return [];
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    const faster = ratios.filter((ratio) => ratio < 1).length;
    return [
      `our cycles over ${system}'s: geometric mean ${mean.toFixed(3)}, largest ${Math.max(...ratios).toFixed(3)}, faster on ${String(faster)} of ${String(ratios.length)}`,
    ];
  });
}
