import type { Operation, Value } from "../../core/operation.ts";
import { allocateCells } from "../../interp/cells.ts";
import { compileFunction, type FunctionArgument } from "../../interp/compile.ts";
import { at, CompilerBug } from "../../support/bug.ts";
import { ok, type Result } from "../../support/result.ts";
import { randomSource } from "../model/random-source.ts";

/** How close results have to be. */
export type Closeness = "same bits" | "whole numbers";

/**
 * Runs two functions on the same random arguments; the first array cell or result in which they differ, undefined where
 * they do not. Where sums may be reordered, arguments are small whole numbers, whose sums and products are exact, and what
 * division makes of them may differ by one part in ten thousand.
 */
export function firstDifference(
  before: Operation,
  after: Operation,
  { seed, closeness }: { readonly seed: number; readonly closeness: Closeness },
): Result<string | undefined> {
  const runs = [before, after].map((func) => runOnRandom(func, seed, closeness));
  const [wanted, found] = runs;
  if (wanted?.kind !== "ok") return present(wanted);
  if (found?.kind !== "ok") return present(found);
  for (const [index, { name, cells }] of wanted.value.entries()) {
    const others = at(found.value, index).cells;
    const cell = cells.findIndex((value, place) => !isClose(value, others[place], closeness));
    if (cell >= 0)
      return ok(
        `cell ${String(cell)} of ${name} is ${String(others[cell])} instead of ${String(cells[cell])}`,
      );
  }
  return ok(undefined);
}

function present(result: Result<unknown> | undefined): Result<never> {
  if (result?.kind === "error") return result;
  throw new CompilerBug("a run without a result");
}

function isClose(a: unknown, b: unknown, closeness: Closeness): boolean {
  if (Object.is(a, b)) return true;
  if (closeness === "same bits" || typeof a !== "number" || typeof b !== "number") return false;
  return Math.abs(a - b) <= 1e-4 * Math.max(Math.abs(a), Math.abs(b));
}

interface Left {
  readonly name: string;
  readonly cells: readonly unknown[];
}

/** Everything that a run leaves: the arrays that were given, and what is returned. */
function runOnRandom(func: Operation, seed: number, closeness: Closeness): Result<readonly Left[]> {
  const compiled = compileFunction(func);
  if (compiled.kind === "error") return compiled;
  const { args } = at(func.regions, 0).block;
  const below = randomSource(seed);
  const given = args.map((arg) => randomArgument(arg, below, closeness));
  const returned = compiled.value(...given);
  if (returned.kind === "error") return returned;
  const cells = (value: unknown): readonly unknown[] =>
    typeof value === "object" ? [...(value as Iterable<unknown>)] : [value]; // memrefs are cells, all else scalars
  return ok([
    ...given.map((value, index) => ({
      name: at(args, index).hint ?? `argument ${String(index)}`,
      cells: cells(value),
    })),
    ...returned.value.map((value, index) => ({ name: `result ${String(index)}`, cells: cells(value) })),
  ]);
}

function randomArgument(
  { type }: Value,
  below: (bound: number) => number,
  closeness: Closeness,
): FunctionArgument {
  const float = (): number =>
    closeness === "whole numbers" ? below(7) - 3 : Math.fround((below(2001) - 1000) / 512);
  if (type.kind !== "memref") return type.kind === "float" ? float() : below(7);
  const cells = allocateCells(type);
  const target = cells as Record<number, number | bigint>; // the element type of the cells is that of the values
  const isWide = cells instanceof BigInt64Array || Array.isArray(cells);
  for (let cell = 0; cell < cells.length; cell++) {
    const value = type.element.kind === "float" ? float() : below(100) - 50;
    target[cell] = isWide ? BigInt(value) : value;
  }
  return cells;
}
