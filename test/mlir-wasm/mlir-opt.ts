import { spawn } from "node:child_process";
import type { DifferentialCase } from "./cases.ts";

/** What Debian's `mlir-opt` answered. */
export interface NativeAnswer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The name of the program that the differential tests compare with. */
export const MLIR_OPT = "mlir-opt-22";

/** The name under which `mlir-opt` knows its standard input. */
export const INPUT_NAME = "<stdin>";

function argumentsFor(options: Omit<DifferentialCase, "input">): readonly string[] {
  const args: string[] = [];
  if (options.pipeline !== undefined) args.push(`--pass-pipeline=builtin.module(${options.pipeline})`);
  if (options.form === "generic") args.push("--mlir-print-op-generic");
  if (options.locations === true) args.push("--mlir-print-debuginfo");
  if (options.localScope === true) args.push("--mlir-print-local-scope");
  if (options.allowUnregistered === true) args.push("--allow-unregistered-dialect");
  return args;
}

/** Runs `mlir-opt` on a text. */
export function runMlirOpt(
  text: string,
  options: Omit<DifferentialCase, "input"> = {},
): Promise<NativeAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(MLIR_OPT, argumentsFor(options), { stdio: "pipe" });
    const stdout: string[] = [];
    const stderr: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => stdout.push(chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => stderr.push(chunk));
    child.on("error", reject);
    child.on("close", (status) => {
      resolve({ status, stdout: stdout.join(""), stderr: stderr.join("") });
    });
    child.stdin.on("error", reject);
    child.stdin.end(text);
  });
}

/** The diagnostics that `mlir-opt` printed: `line:column: severity: first line`. */
export function nativeDiagnostics(stderr: string): readonly string[] {
  const lines = stderr.matchAll(
    /^<stdin>:(?<line>\d+):(?<column>\d+): (?<kind>error|warning|note): (?<text>.*)$/gmu,
  );
  return [...lines].map(
    ({ groups = {} }) => `${groups["line"]}:${groups["column"]}: ${groups["kind"]}: ${groups["text"]}`,
  );
}
