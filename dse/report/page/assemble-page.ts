import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The libraries that draw, as browsers load them, beside the files that Node would. */
const LIBRARIES = [
  { module: "d3", file: "../dist/d3.min.js" },
  { module: "@observablehq/plot", file: "../dist/plot.umd.min.js" },
] as const;

/** What a page shows. */
export interface PageParts {
  readonly title: string;
  /** Plain data for the page's script. */
  readonly data: unknown;
  /** The dataflow graph as SVG. */
  readonly dataflow: string;
}

/** A page of one template beside this file: one file with data, style and libraries inside; it asks no network for anything. */
export function assemblePage(template: string, { title, data, dataflow }: PageParts): string {
  const beside = (name: string): string => readFileSync(new URL(`./${name}`, import.meta.url), "utf8");
  const parts: Readonly<Record<string, string>> = {
    title: escaped(title),
    style: `<style>\n${beside("page.css")}</style>`,
    libraries: LIBRARIES.map(
      ({ module, file }) => `<script>${insideScript(library(module, file))}</script>`,
    ).join("\n"),
    data: `<script type="application/json" id="data">${insideScript(JSON.stringify(data))}</script>`,
    dataflow,
  };
  return beside(template).replaceAll(/\{\{(?<part>\w+)\}\}/gu, (whole, part: string) => parts[part] ?? whole);
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
