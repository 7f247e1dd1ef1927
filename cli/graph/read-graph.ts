import { readFileSync } from "node:fs";
import { basename } from "node:path";
import {
  ALL_OPS,
  builtSpan,
  FuncOp,
  fail,
  type Operation,
  ok,
  parseModule,
  type Result,
  verify,
} from "../../ir/index.ts";
import { fileUnreadable } from "./diagnostics.ts";

/** A graph file that parses and verifies. */
export interface GraphFile {
  readonly text: string;
  readonly file: string;
  readonly module: Operation;
  readonly functionName: string;
}

/** Reads MLIR text; what is wrong with it has its line and column. */
export function readGraph(path: string): Result<GraphFile> {
  try {
    return parseGraph(readFileSync(path, "utf8"), path);
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    return fail(fileUnreadable(builtSpan(path), { reason: error.message }));
  }
}

/** Parses and verifies MLIR text; the function is the only one, or that of the file's name. */
export function parseGraph(text: string, path: string): Result<GraphFile> {
  const module = parseModule(text, path);
  if (module.kind === "error") return module;
  const problems = verify(module.value, ALL_OPS);
  if (problems.length > 0) return fail(...problems);
  const names = [...module.value.walk()].flatMap((op) => FuncOp.match(op)?.attrs.sym_name ?? []);
  const [only] = names;
  const functionName = names.length === 1 && only !== undefined ? only : basename(path, ".mlir");
  return ok({ text, file: basename(path), module: module.value, functionName });
}
