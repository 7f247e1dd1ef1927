import { expect, test } from "vitest";
import { loadDevice } from "../../../backend-hls/index.ts";
import { at } from "../../../ir/index.ts";
import { exploreDesigns } from "../../search/explore.ts";
import { openPage } from "../../testing/open-page.ts";
import { pretended, tinyModel } from "../../testing/pretended.ts";
import { exploreReport } from "../explore-report.ts";
import { pointsTable } from "../points-table.ts";
import { explorePage } from "./explore-page.ts";

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
  const page = explorePage(exploreReport("tiny</script>", explored.value), explored.value);
  expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//u);
  const opened = openPage(page);
  if (opened === undefined) return;
  const { drawn, said } = opened;
  expect(said).not.toMatch(/CONSOLE|Uncaught/u);
  expect(drawn).toContain('data-ready="yes"');
  expect(drawn.match(/<svg/gu)?.length).toBeGreaterThan(5);
});
