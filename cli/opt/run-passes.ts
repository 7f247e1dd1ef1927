import {
  type AffinePass,
  applyDirectives,
  closenessOf,
  type Diagnostic,
  type Directives,
  FuncOp,
  fail,
  findPass,
  firstDifference,
  insertFunction,
  loopFunctions,
  type Operation,
  ok,
  PassOptions,
  printModule,
  type ReadyPass,
  type Result,
  runOnFunction,
} from "../../ir/index.ts";
import type { OptResult } from "../schemas/opt.ts";
import { nothingToTransform } from "./diagnostics.ts";

/** What passes made of a module. */
export interface Optimized {
  readonly text: string;
  readonly result: OptResult;
  /** The first result that a pass changed: our bug. */
  readonly wrong: string | undefined;
}

/** How passes are run. */
export interface RunSettings {
  /** Execute each function before and after each pass on so many random inputs. */
  readonly verifyRuns: number;
  readonly seed: number;
}

/** A pass that follows directives of a file. */
function directivesPass(file: string, directives: Directives): ReadyPass {
  const pass: AffinePass = {
    name: "directives",
    summary: "",
    options: {},
    ...(directives.reassociate === true ? { reorders: "always" } : {}),
    run: (program) => applyDirectives(program, directives),
  };
  return { text: `directives of ${file}`, pass, options: new PassOptions(new Map()) };
}

/** Runs passes, given as text, over the loop functions of a module. */
export function runPassTexts(
  module: Operation,
  texts: readonly string[],
  settings: RunSettings,
  asked?: { readonly file: string; readonly directives: Directives },
): Result<Optimized> {
  const last = asked === undefined ? [] : [ok(directivesPass(asked.file, asked.directives))];
  const found = [...texts.map(findPass), ...last];
  const problems = found.flatMap((pass): readonly Diagnostic[] =>
    pass.kind === "error" ? pass.diagnostics : [],
  );
  if (problems.length > 0) return fail(...problems);
  if (loopFunctions(module).length === 0) return fail(nothingToTransform(module.span, undefined));
  const done: { pass: string; changed: string[] }[] = [];
  for (const pass of found) {
    if (pass.kind === "error") continue;
    const run = runPass(module, pass.value, settings);
    if (run.kind === "error") return run;
    done.push({ pass: pass.value.text, changed: [...run.value.changed] });
    if (run.value.wrong !== undefined) return ok(finish(module, done, settings, run.value.wrong));
  }
  return ok(finish(module, done, settings, undefined));
}

function finish(
  module: Operation,
  passes: OptResult["passes"],
  { verifyRuns }: RunSettings,
  wrong: string | undefined,
): Optimized {
  const result: OptResult = { schema: "hidalgo.opt/1", passes, verified: verifyRuns > 0 };
  return { text: printModule(module), result, wrong };
}

function runPass(
  module: Operation,
  pass: ReadyPass,
  settings: RunSettings,
): Result<{ readonly changed: readonly string[]; readonly wrong: string | undefined }> {
  const changed: string[] = [];
  for (const func of loopFunctions(module)) {
    const made = runOnFunction(func, pass);
    if (made.kind === "error") return made;
    const name = FuncOp.match(func)?.attrs.sym_name ?? "";
    if (printModule(func) === printModule(made.value)) continue;
    changed.push(name);
    insertFunction(func, made.value);
    const difference = differenceOver(func, made.value, pass, settings);
    func.erase();
    if (difference.kind === "error") return difference;
    if (difference.value === undefined) continue;
    return ok({ changed, wrong: `${pass.text} changes @${name}: ${difference.value}` });
  }
  return ok({ changed, wrong: undefined });
}

function differenceOver(
  before: Operation,
  after: Operation,
  pass: ReadyPass,
  { verifyRuns, seed }: RunSettings,
): Result<string | undefined> {
  const closeness = closenessOf(pass);
  for (let run = 0; run < verifyRuns; run++) {
    const difference = firstDifference(before, after, { seed: seed + run, closeness });
    if (difference.kind === "error" || difference.value !== undefined) return difference;
  }
  return ok(undefined);
}
