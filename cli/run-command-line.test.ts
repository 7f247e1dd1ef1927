import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { doctorSchema } from "./doctor/report.ts";
import type { ExitCode } from "./failure.ts";
import { runCommandLine } from "./run-command-line.ts";

interface Ended {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: readonly string[]): Promise<Ended> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const signal = new AbortController().signal;
  const code = await runCommandLine({ args, streams, signal, graceMs: 0 });
  streams.stdout.end();
  streams.stderr.end();
  return { code, stdout: await text(streams.stdout), stderr: await text(streams.stderr) };
}

function lastObject(stdout: string): unknown {
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}

test("with --json the last line of stdout is the result", async () => {
  const { code, stdout } = await run("doctor", "--json");
  expect(code).toBe(0);
  expect(doctorSchema.parse(lastObject(stdout)).tools.map((tool) => tool.name)).toContain("verilator");
});

test("without --json stdout stays empty and people read stderr", async () => {
  const { code, stdout, stderr } = await run("doctor");
  expect(code).toBe(0);
  expect(stdout).toBe("");
  expect(stderr).toContain("embedded simulator");
});

test("help is what was asked for: stdout, exit 0", async () => {
  const { code, stdout, stderr } = await run("doctor", "--help");
  expect(code).toBe(0);
  expect(stdout).toContain("Usage: hidalgo doctor");
  expect(stderr).toBe("");
});

test.each([
  [["frobnicate"], "unknown command 'frobnicate'"],
  [["doctor", "--frobnicate"], "unknown option '--frobnicate'"],
  [["doctor", "surplus"], "too many arguments"],
  [[], "no verb given"],
])("wrong usage %j is a CLI0001 with exit 1", async (args, message) => {
  const { code, stdout, stderr } = await run(...args, "--json");
  expect(code).toBe(1);
  expect(stderr).toContain("error CLI0001");
  expect(lastObject(stdout)).toMatchObject({ schema: "hidalgo.error/1", code: "CLI0001", where: null });
  expect(stdout).toContain(message);
});
