import { expect, test } from "vitest";
import { runPasses, withOptions } from "../core/pass.ts";
import { ALL_OPS } from "../dialects/registry.ts";
import { CompilerBug } from "../support/bug.ts";
import { parseModule } from "../text/parse/parse-module.ts";
import { dataflowInlineKernels } from "./dataflow-inline-kernels.ts";

test("an instance of a function that is not there, or has other operands, is refused", () => {
  const text = `
func.func @takes_two(%a: !dataflow.stream<i8>, %b: !dataflow.stream<i8>) {
  %x = dataflow.command %a
  return
}
dataflow.schedule @s(%in: !dataflow.stream<i8>) {
  dataflow.instance @absent(%in)
  dataflow.instance @takes_two(%in)
  dataflow.yield
}`;
  const module = parseModule(text, "bad.mlir");
  if (module.kind === "error") throw new CompilerBug(module.diagnostics[0]?.message ?? "");
  const outcome = runPasses(module.value, [withOptions(dataflowInlineKernels)], { registry: ALL_OPS });
  expect(outcome).toMatchObject({ kind: "error", diagnostics: [{ code: "IR0020" }, { code: "IR0020" }] });
});
