import type { Operation } from "../../core/operation.ts";
import { FuncOp } from "../../dialects/func/ops.ts";
import { at, present } from "../../support/bug.ts";
import { builtSpan } from "../../support/diagnostics.ts";
import { fail, ok, type Result } from "../../support/result.ts";
import { badPass } from "../diagnostics.ts";
import { readProgram } from "../read/read-function.ts";
import { writeProgram } from "../write/write-function.ts";
import type { Closeness } from "./compare-functions.ts";
import { AFFINE_PASSES, type AffinePass } from "./pass-table.ts";
import { type PassCall, parsePassCall } from "./pass-text.ts";

/** A pass with its options. */
export interface ReadyPass {
  readonly text: string;
  readonly pass: AffinePass;
  readonly options: PassCall["options"];
}

/** Finds the pass that a text names and checks its options. */
export function findPass(text: string): Result<ReadyPass> {
  const call = parsePassCall(text);
  if (call.kind === "error") return call;
  const { name, options } = call.value;
  const pass = AFFINE_PASSES.find((each) => each.name === name);
  const span = builtSpan("--pass");
  if (pass === undefined)
    return fail(
      badPass(span, { text, reason: "nothing has this name", known: AFFINE_PASSES.map((each) => each.name) }),
    );
  const odd = options.names.find((option) => !(option in pass.options));
  if (odd === undefined) return ok({ text, pass, options });
  return fail(badPass(span, { text, reason: `it has no option ${odd}`, known: Object.keys(pass.options) }));
}

/** How close the results of a pass have to be to those before it. */
export function closenessOf({ pass, options }: ReadyPass): Closeness {
  const reorders = pass.reorders === "always" || (pass.reorders !== undefined && options.flag("reassociate"));
  return reorders ? "whole numbers" : "same bits";
}

/** Runs a pass on a function over arrays; gives a new function. */
export function runOnFunction(func: Operation, { pass, options }: ReadyPass): Result<Operation> {
  const program = readProgram(func);
  if (program.kind === "error") return program;
  const made = pass.run(program.value, options);
  return made.kind === "ok" ? ok(writeProgram(made.value)) : made;
}

/** The functions of a module that take arrays. */
export function loopFunctions(module: Operation): readonly Operation[] {
  return at(module.regions, 0).block.ops.filter((op) => {
    const type = FuncOp.match(op)?.attrs.function_type;
    return (
      type?.kind === "function" && [...type.inputs, ...type.results].some(({ kind }) => kind === "memref")
    );
  });
}

/** Puts a function in front of another one of a module, which it is to replace: both can be run, then the old one erased. */
export function insertFunction(old: Operation, by: Operation): void {
  present(old.parent, "the block of a function").insertBefore(by, old);
}
