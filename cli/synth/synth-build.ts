import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { ok, type Result } from "../../ir/index.ts";
import { type AreaCounts, type SynthesisFamily, type SynthesisReport, synthesize } from "../../sim/index.ts";
import { type CompiledBuild, readBuildFolder } from "../build-folder/read-build-folder.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import type { SynthResult } from "../schemas/synth.ts";

/** The file in a build that keeps the result. */
const SYNTH_FILE = "synth.json";

const estimateSchema = z.looseObject({
  chosen: z.int(),
  points: z.array(z.looseObject({ estimate: z.record(z.string(), z.unknown()) })),
});

/** Synthesizes a build's Verilog with Yosys and puts what it counted beside the estimate; the result is kept in the build. */
export async function synthBuild(
  folder: string,
  family: SynthesisFamily,
  { onProgress, signal }: JobWatch = {},
): Promise<Result<SynthResult>> {
  const build = readBuildFolder(folder);
  if (build.kind === "error") return build;
  const { manifest, files } = build.value;
  const verilog = new Map(
    manifest.rtl
      .filter(({ path }) => path.endsWith(".v"))
      .map(({ path }) => [basename(path), textOf(files.get(path))]),
  );
  onProgress?.(`synthesizing ${String(verilog.size)} modules for ${family}; minutes for a whole accelerator`);
  signal?.throwIfAborted();
  const report = await synthesize(verilog, manifest.top, family);
  if (report.kind === "error") return report;
  const result = describeReport(folder, build.value, report.value, family);
  writeFileSync(join(folder, SYNTH_FILE), `${JSON.stringify({ ...result, build: "." }, undefined, 1)}\n`);
  return ok(result);
}

function describeReport(
  build: string,
  { manifest, files }: CompiledBuild,
  { total, modules, tool, problems }: SynthesisReport,
  family: SynthesisFamily,
): SynthResult {
  const sorted = [...modules]
    .filter(([, counts]) => weight(counts) > 0)
    .toSorted(([a, x], [b, y]) => weight(y) - weight(x) || (a < b ? -1 : 1));
  return {
    schema: "hidalgo.synth/1",
    build,
    top: manifest.top,
    family,
    tool: `yosys (${tool})`,
    total: { ...areaOf(total), carry: total.carry, lut_ram: total.lutRam },
    estimate: estimateOf(textOf(files.get("estimate.json"))),
    latches: total.latches,
    problems: [...problems],
    modules: sorted.map(([name, counts]) => ({ name, ...areaOf(counts) })),
  };
}

function areaOf({ lut, ff, dsp, bram18, uram }: AreaCounts): Omit<SynthResult["modules"][number], "name"> {
  return { lut, ff, dsp, bram18, uram };
}

function weight({ lut, ff, dsp, bram18, uram }: AreaCounts): number {
  return lut + ff + 100 * (dsp + bram18 + uram);
}

/** Cells of the chosen point of `estimate.json`. */
function estimateOf(text: string): SynthResult["estimate"] {
  if (text === "") return null;
  const { points, chosen } = estimateSchema.parse(JSON.parse(text));
  const estimate = points[chosen]?.estimate ?? {};
  const cells = ["lut", "ff", "dsp", "bram18", "uram"].flatMap(
    (name): readonly (readonly [string, number])[] => {
      const value = estimate[name];
      return typeof value === "number" ? [[name, value]] : [];
    },
  );
  return Object.fromEntries(cells);
}

function textOf(content: string | Uint8Array | undefined): string {
  return content === undefined ? "" : Buffer.from(content).toString("utf8");
}
