import type { ParsedReport, Resource, Usage } from "./report.ts";

/** Rows of Vivado's utilization tables by what they count; a block RAM tile is two of 18 Kb. */
const ROWS: readonly { readonly name: RegExp; readonly resource: Resource; readonly factor: number }[] = [
  { name: /^(CLB|Slice) LUTs\*?$/u, resource: "lut", factor: 1 },
  { name: /^(CLB|Slice) Registers$/u, resource: "ff", factor: 1 },
  { name: /^DSPs$/u, resource: "dsp", factor: 1 },
  { name: /^Block RAM Tile$/u, resource: "bram18", factor: 2 },
  { name: /^URAM$/u, resource: "uram", factor: 1 },
];

const NUMBER = /^-?\d+(\.\d+)?$/u;

/** Reads the text of `report_timing_summary` or `report_utilization`, or both in one file. */
export function parseVivadoReport(text: string): ParsedReport {
  const version = headerOf(text, "Tool Version")
    ?.replace(/^Vivado /u, "")
    .split(" ")[0];
  if (version === undefined) return malformed("it has no Vivado header");
  const design = headerOf(text, "Design");
  const resources = readUtilization(text);
  const hasTiming = text.includes("Design Timing Summary");
  const hasResources = Object.keys(resources).length > 0;
  if (!hasTiming && !hasResources)
    return malformed("it has neither a Design Timing Summary nor a table of sites");
  const clocks = hasTiming ? readClocks(text) : new Map<string, number>();
  if (typeof clocks === "string") return malformed(clocks);
  const kind = hasTiming && hasResources ? "both" : hasTiming ? "timing" : "utilization";
  return { kind: "report", report: { tool: `Vivado ${version}`, kind, design, clocks, resources } };
}

/** A line of the report's header: `| Design : hidalgo`. */
function headerOf(text: string, name: string): string | undefined {
  const line = text.split(/\r?\n/u).find((each) => new RegExp(`^\\| ${name}\\s*:`, "u").test(each));
  return line?.slice(line.indexOf(":") + 1).trim();
}

function malformed(problem: string): ParsedReport {
  return { kind: "malformed", problem };
}

/** MHz by clock: 1 / (period - worst slack of the paths within the clock); or what is missing. */
function readClocks(text: string): ReadonlyMap<string, number> | string {
  const periods = new Map(
    tableBehind(text, "Clock Summary", /^Clock\s+Waveform/u).flatMap((line) => {
      const found = /^(?<name>\S+)\s+\{[^}]*\}\s+(?<period>\d+(\.\d+)?)\s+\d/u.exec(line)?.groups;
      return found === undefined ? [] : [[found["name"] ?? "", Number(found["period"])] as const];
    }),
  );
  if (periods.size === 0) return "its Clock Summary lists no clock";
  const slacks = new Map(
    tableBehind(text, "Intra Clock Table", /^Clock\s+WNS/u).flatMap((line) => {
      const [name = "", slack = ""] = line.split(/\s+/u);
      return NUMBER.test(slack) ? [[name, Number(slack)] as const] : [];
    }),
  );
  const [summary] = tableBehind(text, "Design Timing Summary", /^WNS\(ns\)/u);
  const [worst = ""] = (summary ?? "").split(/\s+/u);
  if (!NUMBER.test(worst))
    return "its Design Timing Summary has no WNS: is the design routed and constrained?";
  return new Map(
    [...periods].map(([name, period]) => [name, 1000 / (period - (slacks.get(name) ?? Number(worst)))]),
  );
}

/** The lines of the table that follows a title and a heading, trimmed, up to the next empty line. */
function tableBehind(text: string, title: string, heading: RegExp): readonly string[] {
  const lines = text.split(/\r?\n/u).map((line) => line.trim());
  const titled = lines.indexOf(`| ${title}`);
  const headed = titled < 0 ? -1 : lines.findIndex((line, index) => index > titled && heading.test(line));
  if (headed < 0) return [];
  const rest = lines.slice(headed + 2);
  const end = rest.indexOf("");
  return end < 0 ? rest : rest.slice(0, end);
}

function readUtilization(text: string): Readonly<Partial<Record<Resource, Usage>>> {
  const found: Partial<Record<Resource, Usage>> = {};
  for (const line of text.split(/\r?\n/u)) {
    const cells = line.split("|").map((cell) => cell.trim());
    const [, name = "", used = ""] = cells;
    const available = cells.at(-3) ?? "";
    const row = ROWS.find((each) => each.name.test(name));
    if (row === undefined || cells.length < 7 || !NUMBER.test(used) || !NUMBER.test(available)) continue;
    found[row.resource] ??= { used: row.factor * Number(used), available: row.factor * Number(available) };
  }
  return found;
}
