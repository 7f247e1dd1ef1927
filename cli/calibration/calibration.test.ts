import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compileTiny, writeFiles } from "../kit/testing/tiny-kit.ts";
import { errorSchema } from "../schemas/error.ts";
import { runSchema } from "../schemas/run.ts";
import { temporaryFolder } from "../testing/model-folders.ts";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";
import { calibrationSchema } from "./calibration-schema.ts";
import { parseNextpnrReport } from "./nextpnr-report.ts";
import { NEXTPNR, timingSummary, UTILIZATION } from "./testing/sample-reports.ts";
import { parseVivadoReport } from "./vivado-report.ts";

test("a build takes clock and resources from reports, and a simulation says so", async () => {
  const folder = writeFiles(await compileTiny(1)); // for kv260, 300 MHz
  const place = temporaryFolder();
  const [timing, utilization] = [join(place, "timing.rpt"), join(place, "utilization.rpt")];
  writeFileSync(timing, timingSummary("hidalgo", "0.200"));
  writeFileSync(utilization, UTILIZATION);
  const ended = await hidalgo("calibrate", timing, "--for", folder, "--json");
  expect(ended.code, ended.stderr).toBe(0);
  expect(calibrationSchema.parse(lastObject(ended))).toMatchObject({
    clock: { target_mhz: 300, achieved_mhz: 263.157, mhz: 263.157, source: "pnr" },
    resources: [],
  });
  expect(ended.stderr).toContain("NOT MET");
  const both = await hidalgo("calibrate", utilization, "--for", folder, "--json");
  const calibration = calibrationSchema.parse(lastObject(both));
  expect(calibration.clock?.achieved_mhz).toBe(263.157); // kept
  const measured = Object.fromEntries(calibration.resources.map((each) => [each.name, each.measured]));
  expect(measured).toEqual({ lut: 17421, ff: 23456, dsp: 61, bram18: 25, uram: 0 });
  expect(calibration.resources.find(({ name }) => name === "lut")?.estimated).toBeGreaterThan(0);
  expect(calibration.reports).toHaveLength(2);
  const text = readFileSync(join(folder, "calibration.json"), "utf8");
  expect(JSON.parse(text)).toEqual(calibration);
  expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  const prompt = ["--prompt-ids", "1", "--max-tokens", "1", "--ignore-eos", "--simulator", "embedded"];
  const run = runSchema.parse(lastObject(await hidalgo("simulate", folder, ...prompt, "--json")));
  expect(run.clock).toEqual({ mhz: 263.157, source: "pnr" });

  writeFileSync(join(folder, "calibration.json"), text.replace(/"design": "./u, '"design": "f'));
  const other = await hidalgo("simulate", folder, ...prompt, "--json");
  expect(errorSchema.parse(lastObject(other))).toMatchObject({ code: "CLI0023", where: "calibration.json" });
}, 240_000);

test("malformed reports and those of other designs are diagnostics, and nothing is written", async () => {
  const folder = writeFiles(await compileTiny(1));
  const report = join(folder, "report.rpt");
  const codeOf = async (text: string, ...more: readonly string[]) => {
    writeFileSync(report, text);
    return lastObject(await hidalgo("calibrate", report, "--for", folder, ...more, "--json"));
  };
  for (const text of [
    "",
    "hello",
    "{",
    "{}",
    UTILIZATION.replaceAll("|", "/"),
    timingSummary("hidalgo", "NA"),
  ])
    expect(await codeOf(text)).toMatchObject({ code: "CLI0093", where: report });
  expect(await codeOf(timingSummary("hidalgo", "0.2").replace(/^ap_clk +\{.*\n/mu, ""))).toMatchObject({
    schema: "hidalgo.calibration/1", // the only clock that is left
  });
  expect(await codeOf(timingSummary("wrapper", "0.2"))).toMatchObject({ code: "CLI0094" });
  expect(await codeOf(timingSummary("wrapper", "0.2"), "--any-design")).toMatchObject({
    clock: { achieved_mhz: 263.157 },
  });
  const absent = await hidalgo("calibrate", join(folder, "absent.rpt"), "--for", folder, "--json");
  expect(lastObject(absent)).toMatchObject({ code: "CLI0002" });
}, 240_000);

test("reports of both tools", () => {
  const vivado = parseVivadoReport(`${UTILIZATION}\n${timingSummary("hidalgo", "-0.5")}`);
  if (vivado.kind === "malformed") throw new Error(vivado.problem);
  expect(vivado.report).toMatchObject({ tool: "Vivado v.2022.2", kind: "both", design: "hidalgo" });
  expect([...vivado.report.clocks]).toEqual([
    ["ap_clk", 1000 / 4.5],
    ["other", 1000 / 3],
  ]);
  const nextpnr = parseNextpnrReport(NEXTPNR);
  if (nextpnr.kind === "malformed") throw new Error(nextpnr.problem);
  expect([...nextpnr.report.clocks]).toEqual([["ap_clk", 81.25]]);
  expect(nextpnr.report.resources).toEqual({
    lut: { used: 20000, available: 83640 },
    ff: { used: 9000, available: 83640 },
    bram18: { used: 30, available: 208 },
    dsp: { used: 64, available: 156 },
  });
});
