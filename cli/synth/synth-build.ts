import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { type AreaCounts, type SynthesisFamily, type SynthesisReport, synthesize } from "../../sim/index.ts";
import { type CompiledBuild, readBuildFolder } from "../build-folder/read-build-folder.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import type { SynthResult } from "../schemas/synth.ts";
import { type BuildModules, buildModules, type SynthScope, scopeRoots } from "./build-modules.ts";
import { describeParts, type PartTiming } from "./describe-parts.ts";
import { noTiming } from "./diagnostics.ts";
import { addExpected, type ExpectedArea, type ExpectedCells, expectedArea } from "./expected-area.ts";
import { familyOf, timeKernels } from "./time-kernels.ts";

/** The file in a build that keeps the result. */
const SYNTH_FILE = "synth.json";

/** What is synthesized, and for which cells. */
export interface SynthSettings {
  /** Default: the one that the build was compiled for. */
  readonly family?: SynthesisFamily | undefined;
  readonly scope: SynthScope;
  /** Cell delays between registers too; 7-series only. */
  readonly timing: boolean;
}

/** Synthesizes a build's Verilog with Yosys and puts what it counted beside the estimate; the result is kept in the build. */
export async function synthBuild(
  folder: string,
  { family: wanted, scope, timing }: SynthSettings,
  watch: JobWatch = {},
): Promise<Result<SynthResult>> {
  const began = performance.now();
  const build = readBuildFolder(folder);
  if (build.kind === "error") return build;
  const family = wanted ?? ownFamily(build.value);
  if (timing && family !== "xc7") return fail(noTiming(builtSpan("--timing"), { family }));
  const expected = expectedArea(build.value.files);
  const design = buildModules(build.value, expected);
  const roots = scopeRoots(design, build.value.manifest.top, scope);
  if (roots.kind === "error") return roots;
  const report = await synthesize(design.files, build.value.manifest.top, family, {
    roots: roots.value,
    signal: watch.signal,
    onModules: ({ counts, done, all }) => {
      const first = done - counts.size + 1;
      [...counts].forEach(([name, cells], index) => {
        watch.onProgress?.(`${progress(first + index, all)} ${name}: ${tellCounts(cells)}`);
      });
    },
  });
  if (report.kind === "error") return report;
  const timings = timing
    ? await timeKernels(design, report.value, build.value, watch)
    : ok(new Map<string, PartTiming>());
  if (timings.kind === "error") return timings;
  const result = {
    ...describeReport(build.value, {
      design,
      expected,
      report: report.value,
      timings: timings.value,
      scope,
      family,
    }),
    build: folder,
    wall_s: (performance.now() - began) / 1000,
  };
  writeFileSync(join(folder, SYNTH_FILE), `${JSON.stringify({ ...result, build: "." }, undefined, 1)}\n`);
  return ok(result);
}

/** The family of a build's device; 7-series where it has none that is known here. */
function ownFamily(build: CompiledBuild): SynthesisFamily {
  const family = familyOf(build);
  return family === "xcup" || family === "ecp5" || family === "ice40" ? family : "xc7";
}

/** What a synthesis of a build found, and what it is compared with. */
interface Found {
  readonly design: BuildModules;
  readonly expected: ExpectedArea | undefined;
  readonly report: SynthesisReport;
  readonly timings: ReadonlyMap<string, PartTiming>;
  readonly scope: SynthScope;
  readonly family: SynthesisFamily;
}

function describeReport(
  { manifest }: CompiledBuild,
  { design, expected, report, timings, scope, family }: Found,
): Omit<SynthResult, "build" | "wall_s"> {
  const { total, modules, tool, problems } = report;
  const sorted = [...modules]
    .filter(([, counts]) => weight(counts) > 0)
    .toSorted(([a, x], [b, y]) => weight(y) - weight(x) || (a < b ? -1 : 1));
  return {
    schema: "hidalgo.synth/1",
    top: manifest.top,
    family,
    tool: `yosys (${tool})`,
    scope: scope.kind,
    total: { ...areaOf(total), carry: total.carry, lut_ram: total.lutRam },
    estimate: expectedOf(expected, design, report, scope),
    latches: total.latches,
    problems: [...problems],
    parts: [...describeParts({ design, expected, report, timings }, scope.kind === "design")],
    modules: sorted.map(([name, counts]) => ({ name, ...areaOf(counts), latches: counts.latches })),
  };
}

/** The estimate of what `scope` covers; null where it is not known of all of that. */
function expectedOf(
  expected: ExpectedArea | undefined,
  { kernels }: BuildModules,
  { below }: SynthesisReport,
  scope: SynthScope,
): ExpectedCells | null {
  if (expected === undefined) return null;
  if (scope.kind === "design") return expected.total;
  const covered = [...kernels].filter(([, module]) => below.has(module));
  const whole = scope.kind === "kernels" || scope.names.every((name) => isKernel(kernels, name));
  return whole && covered.length > 0
    ? addExpected(covered.map(([kernel]) => expected.kernels.get(kernel) ?? {}))
    : null;
}

function isKernel(kernels: ReadonlyMap<string, string>, name: string): boolean {
  return kernels.has(name) || [...kernels.values()].includes(name);
}

function areaOf({ lut, ff, dsp, bram18, uram }: AreaCounts): {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram18: number;
  readonly uram: number;
} {
  return { lut, ff, dsp, bram18, uram };
}

function weight({ lut, ff, dsp, bram18, uram, latches }: AreaCounts): number {
  return lut + ff + latches + 100 * (dsp + bram18 + uram);
}

/** How far it is: `12/178`. */
function progress(done: number, all: number): string {
  return `${String(done).padStart(String(all).length)}/${String(all)}`;
}

function tellCounts({ lut, ff, dsp, bram18 }: AreaCounts): string {
  return `lut ${String(lut)}, ff ${String(ff)}, dsp ${String(dsp)}, bram18 ${String(bram18)}`;
}
