import { readFileSync } from "node:fs";
import { basename } from "node:path";
import {
  ALL_OPS,
  builtSpan,
  FuncOp,
  fail,
  importTensorProgram,
  isTensorProgram,
  loadMlir,
  type Operation,
  ok,
  parseModule,
  printModule,
  type Result,
  verify,
} from "../../ir/index.ts";
import { fileUnreadable } from "./diagnostics.ts";

/** A graph file that parses and verifies. */
export interface GraphFile {
  /** In our dialects: as it was written, or what a program of linalg or TOSA was lowered to. */
  readonly text: string;
  /** The program of linalg or TOSA that `text` comes from. */
  readonly source?: string;
  readonly file: string;
  readonly module: Operation;
  readonly functionName: string;
}

/** Reads MLIR text, lowers linalg and TOSA; what is wrong with it has its line and column. */
export async function readGraph(path: string, top?: string): Promise<Result<GraphFile>> {
  const read = readText(path);
  if (read.kind === "error" || !isTensorProgram(read.value))
    return read.kind === "error" ? read : parseGraph(read.value, path, top);
  const source = read.value;
  const module = importTensorProgram(await loadMlir(), source, path);
  if (module.kind === "error") return module;
  const graph = parseGraph(printModule(module.value), path, top);
  return graph.kind === "ok" ? ok({ ...graph.value, source }) : graph;
}

function readText(path: string): Result<string> {
  try {
    return ok(readFileSync(path, "utf8"));
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    return fail(fileUnreadable(builtSpan(path), { reason: error.message }));
  }
}

/** Parses and verifies MLIR text; the function is `top`, else the only one, else that of the file's name. */
export function parseGraph(text: string, path: string, top?: string): Result<GraphFile> {
  const module = parseModule(text, path);
  if (module.kind === "error") return module;
  const problems = verify(module.value, ALL_OPS);
  if (problems.length > 0) return fail(...problems);
  const names = [...module.value.walk()].flatMap((op) => FuncOp.match(op)?.attrs.sym_name ?? []);
  const [only] = names;
  const functionName = top ?? (names.length === 1 && only !== undefined ? only : basename(path, ".mlir"));
  return ok({ text, file: basename(path), module: module.value, functionName });
}
