import { z } from "zod";
import type { ParsedReport, Resource, Usage } from "./report.ts";

/** `nextpnr --report`, as far as it is read. */
const schema = z.looseObject({
  fmax: z.record(z.string(), z.looseObject({ achieved: z.number().positive() })),
  utilization: z.record(z.string(), z.looseObject({ used: z.number(), available: z.number() })),
});

/** Cells of iCE40 and ECP5 by what they count; an iCE40 block has 4 Kb, an ECP5 block 18 Kb. */
const CELLS: Readonly<Record<string, readonly { readonly resource: Resource; readonly factor: number }[]>> = {
  ICESTORM_LC: [{ resource: "lut", factor: 1 }],
  ICESTORM_DSP: [{ resource: "dsp", factor: 1 }],
  ICESTORM_RAM: [{ resource: "bram18", factor: 4 / 18 }],
  TRELLIS_COMB: [{ resource: "lut", factor: 1 }],
  TRELLIS_FF: [{ resource: "ff", factor: 1 }],
  DP16KD: [{ resource: "bram18", factor: 1 }],
  MULT18X18D: [{ resource: "dsp", factor: 1 }],
};

/** Reads the JSON of `nextpnr --report`. */
export function parseNextpnrReport(text: string): ParsedReport {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: "malformed", problem: "it begins like JSON and is none" };
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    return { kind: "malformed", problem: "it has no fmax and utilization, as nextpnr writes them" };
  const { fmax, utilization } = parsed.data;
  const clocks = new Map(Object.entries(fmax).map(([name, { achieved }]) => [clockName(name), achieved]));
  if (clocks.size === 0) return { kind: "malformed", problem: "its fmax lists no clock" };
  const resources: Partial<Record<Resource, Usage>> = {};
  for (const [cell, { used, available }] of Object.entries(utilization))
    for (const { resource, factor } of CELLS[cell] ?? [])
      resources[resource] = { used: Math.ceil(used * factor), available: Math.floor(available * factor) };
  return { kind: "report", report: { tool: "nextpnr", kind: "both", design: undefined, clocks, resources } };
}

/** nextpnr calls nets by what drives them: `ap_clk$SB_IO_IN_$glb_clk` is ap_clk. */
function clockName(net: string): string {
  return net.replace(/^\$glbnet\$/u, "").replace(/\$.*$/u, "");
}
