import type { SynthResult } from "../schemas/synth.ts";

/** Modules that are told to a person. */
const SHOWN = 12;

/** The area in lines for a person. */
export function renderSynth({
  family,
  tool,
  total,
  estimate,
  modules,
  latches,
  problems,
}: SynthResult): string {
  const kinds = ["lut", "ff", "dsp", "bram18", "uram"] as const;
  const lines = kinds.map((kind) => {
    const expected = estimate?.[kind];
    const ratio =
      expected === undefined || expected === 0 ? "" : ` (x ${(total[kind] / expected).toFixed(2)})`;
    return `  ${kind.padEnd(8)} ${String(total[kind]).padStart(8)}   estimate ${expected === undefined ? "none" : `${String(Math.round(expected))}${ratio}`}`;
  });
  const largest = modules
    .slice(0, SHOWN)
    .map(
      ({ name, lut, ff, dsp, bram18 }) =>
        `  ${name.padEnd(40)} lut ${String(lut)}, ff ${String(ff)}, dsp ${String(dsp)}, bram18 ${String(bram18)}`,
    );
  return [
    `  ${family}, ${tool}: ${String(latches)} latches, ${String(problems.length)} warnings of undriven wires or loops`,
    ...lines,
    "  the largest modules, each by itself",
    ...largest,
  ].join("\n");
}
