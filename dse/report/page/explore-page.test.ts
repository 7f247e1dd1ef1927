import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDevice } from "../../../backend-hls/index.ts";
import { at } from "../../../ir/index.ts";
import { exploreDesigns } from "../../search/explore.ts";
import { pretended, tinyModel } from "../../testing/pretended.ts";
import { pointsTable } from "../points-table.ts";
import { explorePage } from "./explore-page.ts";

const BROWSERS = ["chromium-headless-shell", "chromium", "google-chrome"];
const browser = BROWSERS.find((name) => spawnSync(name, ["--version"]).status === 0);

test("the page needs no network and draws everything without an error", { timeout: 120_000 }, async () => {
  const device = loadDevice("xc7z020");
  if (device.kind === "error") throw new Error(at(device.diagnostics, 0).message);
  const explored = await exploreDesigns(
    {
      device: device.value,
      variants: [{ precision: "w8a8", kvBits: 8, model: tinyModel }],
      clocksMhz: [100],
      rows: 2,
      workload: { prompt: 8, output: 8, batch: 1 },
      objective: "latency",
      schedule: "optimized",
      seed: 0,
      replay: true,
      effort: 6,
      worth: 1,
      patience: 3,
    },
    { evaluator: pretended },
  );
  if (explored.kind === "error") throw new Error(at(explored.diagnostics, 0).message);
  expect(pointsTable(explored.value).split("\n")).toHaveLength(explored.value.points.length + 2);
  const page = explorePage("tiny</script>", explored.value);
  expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//u);
  if (browser === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), "hidalgo-page-"));
  const file = join(folder, "index.html");
  writeFileSync(file, page);
  const options = ["--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000", "--enable-logging=stderr"];
  const { stdout, stderr } = spawnSync(browser, [...options, "--dump-dom", `file://${file}`], {
    encoding: "utf8",
    maxBuffer: 2 ** 27,
  });
  rmSync(folder, { recursive: true });
  expect(stderr).not.toMatch(/CONSOLE|Uncaught/u);
  expect(stdout).toContain('data-ready="yes"');
  expect(stdout.match(/<svg/gu)?.length).toBeGreaterThan(5);
});
