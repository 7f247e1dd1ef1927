import { readFile } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineDiagnostic, fail } from "../ir/index.ts";
import { doctorSchema } from "./doctor/report.ts";
import type { ExitCode } from "./failure.ts";
import type { ResultObject } from "./result-object.ts";
import { runCommandLine } from "./run-command-line.ts";
import { defineVerb, type Outcome, type Verb, type VerbGroup } from "./verb.ts";
import { verbs } from "./verbs.ts";

interface Ended {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: readonly string[]): Promise<Ended> {
  return runWith(verbs, args, new AbortController().signal);
}

async function runWith(
  list: readonly (Verb | VerbGroup)[],
  args: readonly string[],
  signal: AbortSignal,
): Promise<Ended> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const code = await runCommandLine({ args, verbs: list, streams, signal, graceMs: 0 });
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
])("wrong usage %j is a CLI0001 with exit 1", async (args, message) => {
  const { code, stdout, stderr } = await run(...args, "--json");
  expect(code).toBe(1);
  expect(stderr).toContain("error CLI0001");
  expect(lastObject(stdout)).toMatchObject({ schema: "hidalgo.error/1", code: "CLI0001", where: null });
  expect(stdout).toContain(message);
});

test("a group of verbs shows its own; its verbs have help and options of their own", async () => {
  const help = await run("bench", "--help");
  expect(help.code).toBe(0);
  expect(help.stdout).toContain("concurrency");
  expect((await run("bench", "concurrency", "--help")).stdout).toContain("Usage: hidalgo bench concurrency");
  const wrong = await run("bench", "frobnicate");
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain("frobnicate");
});

test("no verb at all is wrong usage", async () => {
  const { code, stderr } = await run();
  expect(code).toBe(1);
  expect(stderr).toContain("no verb given");
});

/** A verb that ends as it is told to. */
function verbThat(end: () => Promise<Outcome>): readonly Verb[] {
  const input = z.object({ rows: z.coerce.number().default(1) });
  const declare: Verb["declare"] = (command) => command.option("--rows <n>");
  return [defineVerb({ name: "try", summary: "For tests", declare, input, run: end })];
}

function runEnding(end: () => Promise<Outcome>, ...args: readonly string[]): Promise<Ended> {
  return runWith(verbThat(end), ["try", "--json", ...args], new AbortController().signal);
}

const result: ResultObject = { schema: "hidalgo.try/1" };

test("an option's value is checked by the verb's schema", async () => {
  const { code, stderr } = await runEnding(
    () => Promise.resolve({ kind: "ok", value: result }),
    "--rows",
    "many",
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/CLI0001: rows: .*\n {2}hint: see `hidalgo try --help`/u);
});

test("diagnostics are the user's: all are shown, the first is the object", async () => {
  const noSuch = defineDiagnostic("TST0001", "error", (p: { what: string }) => ({ message: `no ${p.what}` }));
  const where = { file: "model.json", line: 3, column: 5 };
  const ending = fail(noSuch(where, { what: "config" }), noSuch(where, { what: "weights" }));
  const { code, stdout, stderr } = await runEnding(() => Promise.resolve(ending));
  expect(code).toBe(1);
  expect(lastObject(stdout)).toMatchObject({
    code: "TST0001",
    message: "no config",
    where: "model.json:3:5",
  });
  expect(stderr).toContain("no weights");
});

test("a result that contradicts the reference is still the result, and our bug", async () => {
  const ending: Outcome = { kind: "wrong", value: result, message: "token 3 differs" };
  const { code, stdout, stderr } = await runEnding(() => Promise.resolve(ending));
  expect(code).toBe(2);
  expect(lastObject(stdout)).toEqual(result);
  expect(stderr).toContain("token 3 differs");
});

test("an unexpected exception is our bug", async () => {
  const { code, stdout } = await runEnding(() => Promise.reject(new Error("impossible")));
  expect(code).toBe(2);
  expect(lastObject(stdout)).toMatchObject({ code: "BUG0001", message: "impossible" });
});

test("what the operating system refuses is the environment's", async () => {
  const { code, stdout } = await runEnding(() =>
    readFile("/nowhere/at/all").then(() => ({ kind: "ok", value: result })),
  );
  expect(code).toBe(1);
  expect(lastObject(stdout)).toMatchObject({ code: "CLI0002", expected: "an existing file or folder" });
});

test("Ctrl-C is exit 130, even where a verb does not listen", async () => {
  const interrupt = new AbortController();
  const deaf = (): Promise<Outcome> =>
    new Promise(() => {
      interrupt.abort();
    });
  const { code, stderr } = await runWith(verbThat(deaf), ["try"], interrupt.signal);
  expect(code).toBe(130);
  expect(stderr).toContain("interrupted");
});
