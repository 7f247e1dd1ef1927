import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Exploration } from "../../search/explore.ts";
import { exploreReport } from "../explore-report.ts";
import { dataflowDrawing } from "./dataflow-drawing.ts";
import { designDetail } from "./design-detail.ts";

/** The libraries that draw, as browsers load them, beside the files that Node would. */
const LIBRARIES = [
  { module: "d3", file: "../dist/d3.min.js" },
  { module: "@observablehq/plot", file: "../dist/plot.umd.min.js" },
] as const;

/** The page of an exploration: one file with data, style and libraries inside; it asks no network for anything. */
export function explorePage(model: string, exploration: Exploration): string {
  const detail = designDetail(exploration);
  const { device, schedule } = exploration.request;
  const data = { report: exploreReport(model, exploration), detail, device, schedule };
  const parts: Readonly<Record<string, string>> = {
    title: `${model} on ${device.name}`,
    libraries: LIBRARIES.map(
      ({ module, file }) => `<script>${insideScript(library(module, file))}</script>`,
    ).join("\n"),
    data: `<script type="application/json" id="data">${insideScript(JSON.stringify(data))}</script>`,
    dataflow: dataflowDrawing(detail.queues),
  };
  const template = readFileSync(new URL("./page.html", import.meta.url), "utf8");
  return template.replaceAll(/\{\{(?<part>\w+)\}\}/gu, (whole, part: string) => parts[part] ?? whole);
}

function library(module: string, file: string): string {
  return readFileSync(fileURLToPath(new URL(file, import.meta.resolve(module))), "utf8");
}

/** Text that cannot end the script element around it. */
function insideScript(text: string): string {
  return text.replaceAll("</", "<\\/");
}
