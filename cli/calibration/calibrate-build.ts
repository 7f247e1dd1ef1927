import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { type CompiledBuild, hashContent, readBuildFolder } from "../build-folder/read-build-folder.ts";
import { reportOfOther, reportUnknown } from "../kit/diagnostics.ts";
import { CALIBRATION_FILE, type Calibration, calibrationSchema } from "./calibration-schema.ts";
import { parseNextpnrReport } from "./nextpnr-report.ts";
import { RESOURCES, type Resource, type ToolReport } from "./report.ts";
import { parseVivadoReport } from "./vivado-report.ts";

/** A report that was read, and the file that it was read from. */
interface ReadReport {
  readonly report: ToolReport;
  readonly source: Calibration["reports"][number];
}

/** Estimates of the chosen design in `estimate.json`. */
const estimates = z.looseObject({
  chosen: z.int(),
  points: z.array(z.looseObject({ estimate: z.record(z.string(), z.unknown()) })),
});

/**
 * What reports of a vendor's tools say of a build: the clock that was reached, resources beside their estimates. Later reports
 * win; what an earlier calibration of the build has and they have not is kept.
 */
export function calibrateBuild(
  folder: string,
  files: readonly string[],
  { anyDesign }: { readonly anyDesign: boolean },
): Result<Calibration> {
  const build = readBuildFolder(folder);
  if (build.kind === "error") return build;
  const { manifest } = build.value;
  const read = readReports(files, anyDesign ? undefined : manifest.top);
  if (read.kind === "error") return read;
  const reports = read.value;
  const earlier = earlierCalibration(build.value);
  const clock = clockOf(reports, build.value);
  if (clock.kind === "error") return clock;
  const names = new Set(reports.map(({ source }) => source.file));
  return ok({
    schema: "hidalgo.calibration/1",
    design: manifest.design.id,
    clock: clock.value ?? earlier?.clock ?? null,
    resources: resourcesOf(reports, build.value, earlier),
    reports: [
      ...(earlier?.reports ?? []).filter(({ file }) => !names.has(file)),
      ...reports.map(({ source }) => source),
    ],
  });
}

/** Reads reports; those on a design of another name than `top` are refused, where a name is asked for. */
function readReports(files: readonly string[], top: string | undefined): Result<readonly ReadReport[]> {
  const reports: ReadReport[] = [];
  for (const file of files) {
    const read = readReport(file);
    if (read.kind === "error") return read;
    const { design } = read.value.report;
    if (top !== undefined && design !== undefined && design !== top)
      return fail(reportOfOther(builtSpan(file), { design, top }));
    reports.push(read.value);
  }
  return ok(reports);
}

function readReport(file: string): Result<ReadReport> {
  const text = readFileSync(file, "utf8");
  const parsed = text.trimStart().startsWith("{") ? parseNextpnrReport(text) : parseVivadoReport(text);
  if (parsed.kind === "malformed") return fail(reportUnknown(builtSpan(file), { problem: parsed.problem }));
  const { report } = parsed;
  const source = { file: basename(file), sha256: hashContent(text), tool: report.tool };
  return ok({ report, source: { ...source, bytes: Buffer.byteLength(text) } });
}

/** The build's clock: the one of its name, or the only one that a report has. */
function clockOf(
  reports: readonly ReadReport[],
  { manifest }: CompiledBuild,
): Result<Calibration["clock"] | undefined> {
  const last = reports.filter(({ report }) => report.clocks.size > 0).at(-1);
  if (last === undefined) return ok(undefined);
  const { clocks } = last.report;
  const only = clocks.size === 1 ? [...clocks.values()][0] : undefined;
  const reached = clocks.get(manifest.ports.clock) ?? only;
  if (reached === undefined || !Number.isFinite(reached) || reached <= 0) {
    const problem = `none of its clocks (${[...clocks.keys()].join(", ")}) is ${manifest.ports.clock}`;
    return fail(reportUnknown(builtSpan(last.source.file), { problem }));
  }
  const achieved = Math.floor(1000 * reached) / 1000;
  const target = manifest.design.clock.mhz;
  return ok({ target_mhz: target, achieved_mhz: achieved, mhz: Math.min(target, achieved), source: "pnr" });
}

function resourcesOf(
  reports: readonly ReadReport[],
  build: CompiledBuild,
  earlier: Calibration | undefined,
): Calibration["resources"] {
  const estimated = estimatesOf(build);
  return RESOURCES.flatMap((name): Calibration["resources"] => {
    const usage = reports.flatMap(({ report }) => report.resources[name] ?? []).at(-1);
    if (usage === undefined) return earlier?.resources.filter((each) => each.name === name) ?? [];
    const { used: measured, available } = usage;
    return [{ name, estimated: estimated.get(name) ?? null, measured, available }];
  });
}

function estimatesOf({ files }: CompiledBuild): ReadonlyMap<Resource, number> {
  const parsed = estimates.safeParse(parseJson(files.get("estimate.json")));
  const estimate = parsed.success ? parsed.data.points[parsed.data.chosen]?.estimate : undefined;
  return new Map(
    RESOURCES.flatMap((name) => {
      const value = estimate?.[name];
      return typeof value === "number" ? [[name, value] as const] : [];
    }),
  );
}

/** The calibration of the same hardware that the build has already. */
function earlierCalibration({ files, manifest }: CompiledBuild): Calibration | undefined {
  const parsed = calibrationSchema.safeParse(parseJson(files.get(CALIBRATION_FILE)));
  return parsed.success && parsed.data.design === manifest.design.id ? parsed.data : undefined;
}

/** The JSON of a file, undefined where there is none. */
export function parseJson(content: string | Uint8Array | undefined): unknown {
  if (content === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(content).toString("utf8"));
  } catch {
    return undefined;
  }
}

/** A calibration for a person: several lines. */
export function renderCalibration({ clock, resources }: Calibration): string {
  const lines = resources.map(
    ({ name, estimated, measured, available }) =>
      `  ${name.padEnd(7)} ${String(measured).padStart(8)} of ${available}, estimated ${estimated === null ? "not" : Math.round(estimated)}`,
  );
  const timing =
    clock === null
      ? "clock: no timing report yet"
      : `clock: ${clock.achieved_mhz} MHz reached, ${clock.target_mhz} MHz asked for${clock.mhz < clock.target_mhz ? ": NOT MET" : ""}`;
  return [timing, ...lines].join("\n");
}
