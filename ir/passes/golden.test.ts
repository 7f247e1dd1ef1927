import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { verify } from "../core/dialect.ts";
import { runPasses, withOptions } from "../core/pass.ts";
import { ALL_OPS } from "../dialects/registry.ts";
import { CompilerBug } from "../support/bug.ts";
import { renderDiagnostic } from "../support/diagnostics.ts";
import { parseModule } from "../text/parse/parse-module.ts";
import { printModule } from "../text/print/printer.ts";
import { dataflowCreateTasks } from "./dataflow-create-tasks.ts";
import { nnQuantize } from "./nn-quantize.ts";

const folder = join(import.meta.dirname, "golden");
const passes = new Map([nnQuantize, dataflowCreateTasks].map((pass) => [pass.name, pass]));

function parsed(text: string, file: string) {
  const module = parseModule(text, file);
  if (module.kind === "error") throw new CompilerBug(module.diagnostics.map(renderDiagnostic).join("\n"));
  expect(verify(module.value, ALL_OPS).map(renderDiagnostic)).toEqual([]);
  return module.value;
}

test.each(readdirSync(folder).filter((name) => name.endsWith(".mlir")))("%s", async (name) => {
  const text = readFileSync(join(folder, name), "utf8");
  const pass = passes.get(/^\/\/ RUN: (\S+)/u.exec(text)?.[1] ?? "");
  if (pass === undefined) throw new CompilerBug(`${name} names no pass`);
  const module = parsed(text, name);
  expect(runPasses(module, [withOptions(pass)], { registry: ALL_OPS, given: pass.requires }).kind).toBe(
    "changed",
  );
  const output = printModule(module);
  await expect(output).toMatchFileSnapshot(join(folder, `${basename(name, ".mlir")}.expect`));
  expect(printModule(parsed(output, name))).toBe(output);
  expect(runPasses(module, [withOptions(pass)], { registry: ALL_OPS, given: pass.requires }).kind).toBe(
    "unchanged",
  ); // a second run finds nothing
});
