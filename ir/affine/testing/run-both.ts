import { verify } from "../../core/dialect.ts";
import type { Operation } from "../../core/operation.ts";
import { ALL_OPS } from "../../dialects/registry.ts";
import { allocateCells } from "../../interp/cells.ts";
import { compileFunction, type FunctionArgument } from "../../interp/compile.ts";
import { at, CompilerBug } from "../../support/bug.ts";
import { renderDiagnostic } from "../../support/diagnostics.ts";
import type { Result } from "../../support/result.ts";
import { parseModule } from "../../text/parse/parse-module.ts";
import type { LoopProgram } from "../model/program.ts";
import { readProgram } from "../read/read-function.ts";
import { writeProgram } from "../write/write-function.ts";
import { randomSource } from "./random-program.ts";

/** The value of a result; its diagnostics as an exception. */
export function unwrap<T>(result: Result<T>): T {
  if (result.kind === "ok") return result.value;
  throw new CompilerBug(result.diagnostics.map(renderDiagnostic).join("\n"));
}

/** The first function of a text. */
export function functionOfText(text: string): Operation {
  const module = unwrap(parseModule(text, "test.mlir"));
  const func = [...module.walk()].find(({ name }) => name === "func.func");
  if (func === undefined) throw new CompilerBug("a text without a function");
  return func;
}

/** The program of a text. */
export function programOfText(text: string): LoopProgram {
  return unwrap(readProgram(functionOfText(text)));
}

/** Random arguments for a function: small numbers, so that results stay finite for long. */
export function randomArguments(func: Operation, seed: number): readonly FunctionArgument[] {
  const below = randomSource(seed);
  return at(func.regions, 0).block.args.map(({ type }) => {
    const number = (): number => Math.fround((below(2001) - 1000) / 512);
    if (type.kind !== "memref") return type.kind === "float" ? number() : below(7);
    const cells = allocateCells(type);
    for (let cell = 0; cell < cells.length; cell++)
      cells[cell] = type.element.kind === "float" ? number() : below(100); // the cells' own type
    return cells;
  });
}

/** Everything that a run leaves: the arrays that were given, and what is returned. */
export function runFunction(func: Operation, seed: number): readonly (readonly unknown[])[] {
  const problems = verify(func, ALL_OPS);
  if (problems.length > 0) throw new CompilerBug(problems.map(renderDiagnostic).join("\n"));
  const args = randomArguments(func, seed);
  const returned = unwrap(unwrap(compileFunction(func))(...args));
  const cells = (value: unknown): readonly unknown[] =>
    typeof value === "object" ? [...(value as Iterable<unknown>)] : [value]; // memrefs are cells, all else scalars
  return [...args, ...returned].map(cells);
}

/** Whether a changed program leaves the same bits as the text that it comes from. */
export function sameResults(text: string, changed: LoopProgram, seed = 1): boolean {
  const [wanted, found] = [runFunction(functionOfText(text), seed), runFunction(writeProgram(changed), seed)];
  return wanted.every((cells, index) => {
    const other = at(found, index);
    return cells.length === other.length && cells.every((value, cell) => Object.is(value, other[cell]));
  });
}
