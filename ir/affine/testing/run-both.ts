import { verify } from "../../core/dialect.ts";
import type { Operation } from "../../core/operation.ts";
import { ALL_OPS } from "../../dialects/registry.ts";
import { CompilerBug } from "../../support/bug.ts";
import { renderDiagnostic } from "../../support/diagnostics.ts";
import type { Result } from "../../support/result.ts";
import { parseModule } from "../../text/parse/parse-module.ts";
import type { LoopProgram } from "../model/program.ts";
import { firstDifference } from "../passes/compare-functions.ts";
import { readProgram } from "../read/read-function.ts";
import { writeProgram } from "../write/write-function.ts";

/** The value of a result; its diagnostics as an exception. */
export function unwrap<T>(result: Result<T>): T {
  if (result.kind === "ok") return result.value;
  throw new CompilerBug(result.diagnostics.map(renderDiagnostic).join("\n"));
}

/** The first function of a text. */
function functionOfText(text: string): Operation {
  const module = unwrap(parseModule(text, "test.mlir"));
  const func = [...module.walk()].find(({ name }) => name === "func.func");
  if (func === undefined) throw new CompilerBug("a text without a function");
  return func;
}

/** The program of a text. */
export function programOfText(text: string): LoopProgram {
  return unwrap(readProgram(functionOfText(text)));
}

/** Whether a changed program leaves the same bits as the text that it comes from. */
export function sameResults(text: string, changed: LoopProgram, seed = 1): boolean {
  const func = writeProgram(changed);
  const problems = verify(func, ALL_OPS);
  if (problems.length > 0) throw new CompilerBug(problems.map(renderDiagnostic).join("\n"));
  const difference = firstDifference(functionOfText(text), func, { seed, closeness: "same bits" });
  return unwrap(difference) === undefined;
}
