import type { SynthResult } from "../schemas/synth.ts";

/** Modules that are told to a person. */
const SHOWN = 12;

const KINDS = ["lut", "ff", "dsp", "bram18"] as const;

/** The area in lines for a person: what was counted, and in brackets what was estimated. */
export function renderSynth(result: SynthResult): string {
  const { family, tool, total, estimate, parts, modules, latches, problems, scope, wall_s: wall } = result;
  const width = Math.max(20, ...parts.map(({ name }) => name.length));
  const timed = parts.some(({ timing }) => timing !== null);
  const line = (
    name: string,
    area: Readonly<Record<string, unknown>>,
    expected: SynthResult["estimate"],
  ): string => `  ${name.padEnd(width)}${KINDS.map((kind) => cell(area[kind], expected?.[kind])).join("")}`;
  return [
    `  ${family}, ${tool}, ${wall.toFixed(0)} s: ${String(latches)} latches, ${String(problems.length)} undriven wires or loops`,
    `  ${"counted (estimated)".padEnd(width)}${KINDS.map((kind) => kind.toUpperCase().padStart(18)).join("")}${timed ? "   cell delay, half period" : ""}`,
    ...parts.map((part) => `${line(part.name, part, part.estimate)}${renderTiming(part.timing)}`),
    line(scope === "design" ? "the whole design" : "together", total, estimate),
    `  of the LUTs ${String(total.lut_ram)} are memory or shift registers`,
    "  the largest modules, each without those inside it",
    ...modules
      .slice(0, SHOWN)
      .map(
        ({ name, lut, ff, dsp, bram18 }) =>
          `    ${name.padEnd(40)} lut ${String(lut)}, ff ${String(ff)}, dsp ${String(dsp)}, bram18 ${String(bram18)}`,
      ),
    ...problems.map((problem) => `  ${problem}`),
  ].join("\n");
}

function cell(counted: unknown, expected: number | undefined): string {
  const told = expected === undefined ? "" : ` (${String(Math.round(expected))})`;
  return `${String(counted)}${told}`.padStart(18);
}

function renderTiming(timing: SynthResult["parts"][number]["timing"]): string {
  if (timing === null) return "";
  if (timing.kind === "unknown") return `   ${timing.reason}`;
  const verdict = timing.met === null ? "" : timing.met ? " met" : " OVER";
  return `   ${String(timing.arrival_ps)} ps of ${String(timing.budget_ps)}${verdict}`;
}
