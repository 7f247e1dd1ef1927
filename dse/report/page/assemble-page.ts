import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Device } from "../../../backend-hls/index.ts";

/** The libraries that draw, as browsers load them, beside the files that Node would. */
const LIBRARIES = [
  { module: "d3", file: "../dist/d3.min.js" },
  { module: "@observablehq/plot", file: "../dist/plot.umd.min.js" },
] as const;

/** What a page shows. */
export interface PageParts {
  readonly title: string;
  /** The report of the exploration. */
  readonly report: Readonly<Record<string, unknown>>;
  readonly device: Device;
  /** What else the page draws; plain data. */
  readonly detail: unknown;
  /** The dataflow graph as SVG. */
  readonly dataflow: string;
}

/**
 * The page of an exploration: `page.html` around the sections of a model or a kernel. One file with data, style and libraries inside;
 * it asks no network for anything.
 */
export function assemblePage(subject: "model" | "kernel", parts: PageParts): string {
  const { title, dataflow, ...data } = parts;
  return fill(beside("page.html"), {
    title: escaped(title),
    style: `<style>\n${beside("page.css")}</style>`,
    libraries: LIBRARIES.map(
      ({ module, file }) => `<script>${insideScript(library(module, file))}</script>`,
    ).join("\n"),
    data: `<script type="application/json" id="data">${insideScript(JSON.stringify(data))}</script>`,
    body: fill(beside(`${subject}-body.html`), { dataflow }),
  });
}

function beside(name: string): string {
  return readFileSync(new URL(`./${name}`, import.meta.url), "utf8");
}

/** A template with its `{{parts}}`. */
function fill(template: string, parts: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{\{(?<part>\w+)\}\}/gu, (whole, part: string) => parts[part] ?? whole);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function library(module: string, file: string): string {
  return readFileSync(fileURLToPath(new URL(file, import.meta.resolve(module))), "utf8");
}

/** Text that cannot end the script element around it. */
function insideScript(text: string): string {
  return text.replaceAll("</", "<\\/");
}
