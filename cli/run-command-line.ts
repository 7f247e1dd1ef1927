import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Diagnostic } from "../ir/index.ts";
import { unreachable } from "../ir/index.ts";
import { badUsage, expectationByErrno, systemRefused } from "./diagnostics.ts";
import {
  commandLine,
  type ExitCode,
  errorObject,
  exitCodeOf,
  type Failure,
  renderFailure,
} from "./failure.ts";
import { makeOutput, type Output, type Streams } from "./output.ts";
import { type Parsed, runProgram } from "./program.ts";
import type { Verb, VerbEnd, VerbGroup } from "./verb.ts";

/** One invocation of `hidalgo`, cut loose from the process so that tests can hold it. */
export interface Invocation {
  /** Without node and script. */
  readonly args: readonly string[];
  readonly verbs: readonly (Verb | VerbGroup)[];
  readonly streams: Streams;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** How long a verb may take to clean up after an abort, in milliseconds. */
  readonly graceMs: number;
}

/** Parses, runs, renders. Never throws: whatever happens becomes an exit code and a message. */
export async function runCommandLine(invocation: Invocation): Promise<ExitCode> {
  const { args, verbs, streams, signal, graceMs } = invocation;
  const output = makeOutput(streams, args.includes("--json") ? "json" : "text");
  const work = runProgram(args, verbs, { output, signal }).then(
    (parsed) => () => finish(parsed, output),
    (error: unknown) => () => fail(failureOf(error), output),
  );
  const finishing = await Promise.race([work, afterAbort(signal, graceMs)]);
  return signal.aborted ? fail({ kind: "interrupted" }, output) : finishing();
}

async function afterAbort(signal: AbortSignal, graceMs: number): Promise<() => ExitCode> {
  if (!signal.aborted) await once(signal, "abort");
  await delay(graceMs);
  return () => 130;
}

function finish(parsed: Parsed, output: Output): ExitCode {
  switch (parsed.kind) {
    case "shown":
      return 0;
    case "misused":
      return reject([badUsage(commandLine, parsed)], output);
    case "ended":
      return finishVerb(parsed.verb, parsed.end, output);
    default:
      return unreachable(parsed);
  }
}

function finishVerb(verb: string, end: VerbEnd, output: Output): ExitCode {
  switch (end.kind) {
    case "ok":
      output.result(end.value);
      return 0;
    case "wrong":
      output.line(`hidalgo: ${end.message} (this is a bug in Hidalgo: please report it)`);
      output.result(end.value);
      return 2;
    case "misused":
      return reject([badUsage(commandLine, { problem: end.problem, verb })], output);
    case "error":
      return reject(end.diagnostics, output);
    default:
      return unreachable(end);
  }
}

function reject(diagnostics: readonly Diagnostic[], output: Output): ExitCode {
  const [first, ...others] = diagnostics;
  if (first === undefined)
    return fail({ kind: "bug", message: "a verb failed without a diagnostic", stack: "" }, output);
  return fail({ kind: "rejected", diagnostics: [first, ...others] }, output);
}

function fail(failure: Failure, output: Output): ExitCode {
  output.line(renderFailure(failure));
  output.result(errorObject(failure));
  return exitCodeOf(failure);
}

/** What the operating system refused is the environment's; every other exception is ours. */
function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { kind: "bug", message: `thrown: ${String(error)}`, stack: "" };
  const errno = "code" in error && typeof error.code === "string" ? error.code : "";
  if ("syscall" in error && errno in expectationByErrno) {
    return { kind: "rejected", diagnostics: [systemRefused(commandLine, { message: error.message, errno })] };
  }
  return { kind: "bug", message: error.message, stack: error.stack ?? "" };
}
