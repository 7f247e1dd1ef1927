import type { Operation } from "../core/operation.ts";
import { FuncOp } from "../dialects/func/ops.ts";
import type { Engine } from "../mlir-wasm/engine/engine.ts";
import { at } from "../support/bug.ts";
import { fail, ok, type Result } from "../support/result.ts";
import { parseModule } from "../text/parse/parse-module.ts";
import { unsupportedOperations } from "./check-lowered.ts";
import { TENSORS_TO_AFFINE } from "./pipeline.ts";
import { translateModule } from "./translate.ts";

/**
 * A program of linalg on tensors or TOSA as affine loops in our dialects: upstream's passes in the bundled engine, then
 * what we have no primitive for in terms of what we have. Arrays come in and go out as memrefs.
 */
export function importTensorProgram(engine: Engine, text: string, file: string): Result<Operation> {
  const lowered = lowerToAffine(engine, text, file);
  if (lowered.kind === "error") return lowered;
  const parsed = parseModule(lowered.value, file);
  if (parsed.kind === "error") return parsed;
  const { module, problems } = translateModule(parsed.value);
  if (problems.length > 0) return fail(...problems);
  nameArguments(module, text);
  return ok(module);
}

/** The generic form of the lowered program; what is left that we cannot take is said at its place in `text`. */
function lowerToAffine(engine: Engine, text: string, file: string): Result<string> {
  const session = engine.open();
  try {
    const document = session.parse(text, { file });
    if (document.kind === "error") return document;
    const run = document.value.run(TENSORS_TO_AFFINE);
    if (run.kind === "error") return run;
    const problems = unsupportedOperations(document.value);
    return problems.length > 0 ? fail(...problems) : document.value.print({ form: "generic" });
  } finally {
    session.dispose();
  }
}

/** Gives arguments the names that the source has for them: MLIR does not keep names. */
function nameArguments(module: Operation, text: string): void {
  for (const op of at(module.regions, 0).block.ops) {
    const name = FuncOp.match(op)?.attrs.sym_name;
    if (name === undefined) continue;
    const { args } = at(op.regions, 0).block;
    const list = new RegExp(`@${name}\\s*\\(([^()]*)\\)`, "u").exec(text)?.[1] ?? "";
    const names = [...list.matchAll(/%([A-Za-z_][\w$.-]*)\s*:/gu)].map(([, found]) => found);
    args.forEach((arg, index) => {
      arg.hint = names.length === args.length ? names[index] : `arg${String(index)}`;
    });
  }
}
