import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { ExitCode } from "../failure.ts";
import { runCommandLine } from "../run-command-line.ts";
import { verbs } from "../verbs.ts";

/** How an invocation ended. */
export interface Ended {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `hidalgo` with these arguments, without a process of its own. */
export function hidalgo(...args: readonly string[]): Promise<Ended> {
  return hidalgoWith(new AbortController(), () => undefined, args);
}

/** The same; `onStdout` sees what is written as it is written and may press Ctrl-C (`interrupt`). */
export async function hidalgoWith(
  interrupt: AbortController,
  onStdout: (text: string) => void,
  args: readonly string[],
): Promise<Ended> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const whole = Promise.all([text(streams.stdout), text(streams.stderr)]);
  streams.stdout.on("data", (chunk: Buffer) => {
    onStdout(chunk.toString());
  });
  const code = await runCommandLine({ args, verbs, streams, signal: interrupt.signal, graceMs: 500 });
  streams.stdout.end();
  streams.stderr.end();
  const [stdout, stderr] = await whole;
  return { code, stdout, stderr };
}

/** The last line of stdout as JSON. */
export function lastObject({ stdout }: Ended): unknown {
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}
