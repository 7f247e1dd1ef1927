import { builtSpan, fail, type Result } from "../../ir/index.ts";
import type { KernelOptions } from "../options/kernel-options.ts";
import { optionsConflict } from "./diagnostics.ts";

/** Options of a graph file say nothing to a checkpoint: they are refused, not ignored. */
export function refuseKernelOptions(
  model: string,
  { top, interface: interfaces }: KernelOptions,
): Result<never> | undefined {
  const given = top !== undefined ? "--top" : interfaces !== undefined ? "--interface" : undefined;
  if (given === undefined) return undefined;
  const problem = `${given} is about the functions of a graph file, ${model} is a checkpoint`;
  return fail(optionsConflict(builtSpan(given), { problem, expected: "a graph file (.mlir)" }));
}
