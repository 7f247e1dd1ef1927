/**
 * The bundled MLIR against Debian's `mlir-opt-22`, and against what that said when `expected.json` was recorded.
 * Record anew with RECORD_MLIR=1 where `mlir-opt-22` is installed.
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Diagnostic, loadMlir } from "../ir/index.ts";
import { findTool } from "../sim/index.ts";
import { CASES, type DifferentialCase, WRONG, WRONG_PIPELINES } from "./mlir-wasm/cases.ts";
import { largeModule } from "./mlir-wasm/large-module.ts";
import { INPUT_NAME, MLIR_OPT, nativeDiagnostics, runMlirOpt } from "./mlir-wasm/mlir-opt.ts";

const folder = join(import.meta.dirname, "mlir-wasm");
const recording = process.env["RECORD_MLIR"] === "1";
const expectedFile = join(folder, "expected.json");
const expected = JSON.parse(readFileSync(expectedFile, "utf8")) as Record<string, string>; // written below
const recorded = new Map<string, string>();

const mlir = await loadMlir();
const native = findTool(MLIR_OPT) !== undefined;

const digest = (text: string): string =>
  createHash("sha256").update(text.trimEnd()).digest("hex").slice(0, 16);

const nameOf = ({ input, pipeline, ...rest }: DifferentialCase): string =>
  [input, pipeline ?? "round trip", ...Object.keys(rest)].join(" · ");

function ours(text: string, options: Omit<DifferentialCase, "input">): string {
  const result = mlir.transform(text, { ...options, file: INPUT_NAME });
  return result.kind === "ok" ? result.value.text : said(result.diagnostics).join("\n");
}

function said(diagnostics: readonly Diagnostic[]): readonly string[] {
  const line = (where: Diagnostic["where"], kind: string, text: string): string =>
    `${where.line}:${where.column}: ${kind}: ${text.split("\n")[0] ?? ""}`;
  return diagnostics.flatMap(({ where, severity, message, notes }) => [
    line(where, severity, message),
    ...notes.map((note) => line(note.span, "note", note.text)),
  ]);
}

afterAll(() => {
  if (recording) writeFileSync(expectedFile, `${JSON.stringify(Object.fromEntries(recorded), null, 2)}\n`);
});

const cases = CASES.map((one) => [nameOf(one), one] as const);
const read = (input: string): string => readFileSync(join(folder, "inputs", `${input}.mlir`), "utf8");

test("there are at least 60 cases, each recorded", () => {
  expect(CASES.length).toBeGreaterThanOrEqual(60);
  expect(new Set(cases.map(([name]) => name)).size).toBe(CASES.length);
  if (!recording) expect(Object.keys(expected).sort()).toEqual(cases.map(([name]) => name).sort());
});

test.for(cases)("%s: as recorded", async ([name, { input, ...options }]) => {
  const text = read(input);
  if (recording) {
    recorded.set(name, digest((await runMlirOpt(text, options)).stdout));
    return;
  }
  const mine = ours(text, options);
  expect(digest(mine), mine).toBe(expected[name]);
});

test.for(cases)(`%s: as ${MLIR_OPT}`, async ([, { input, ...options }], { skip }) => {
  skip(!native, `${MLIR_OPT} is not installed`);
  const text = read(input);
  const { status, stdout, stderr } = await runMlirOpt(text, options);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(ours(text, options).trimEnd()).toBe(stdout.trimEnd());
});

test.for(WRONG)(`wrong text %$: the diagnostics of ${MLIR_OPT}`, async (text, { skip }) => {
  const mine = said(mlir.verify(text, { file: INPUT_NAME }));
  expect(mine.length).toBeGreaterThan(0);
  skip(!native, `${MLIR_OPT} is not installed`);
  expect(mine).toEqual(nativeDiagnostics((await runMlirOpt(text)).stderr));
});

test.for(WRONG_PIPELINES)(`%s fails as in ${MLIR_OPT}`, async ([pipeline, input], { skip }) => {
  const text = read(input);
  const result = mlir.transform(text, { pipeline, file: INPUT_NAME });
  if (result.kind === "ok") expect.unreachable("the pipeline ran");
  else {
    skip(!native, `${MLIR_OPT} is not installed`);
    const { status, stderr } = await runMlirOpt(text, { pipeline });
    expect(status).not.toBe(0);
    for (const { message } of result.diagnostics) expect(stderr).toContain(message.split("\n")[0]);
  }
});

test.for([1, 10])(`%i MB go through as in ${MLIR_OPT}`, { timeout: 300_000 }, async (megabytes, { skip }) => {
  const text = largeModule(megabytes * 2 ** 20);
  const pretty = ours(text, {});
  expect(ours(pretty, {})).toBe(pretty);
  skip(!native, `${MLIR_OPT} is not installed`);
  expect(pretty.trimEnd() === (await runMlirOpt(text)).stdout.trimEnd()).toBe(true);
  if (megabytes > 1) return; // the passes take minutes of the slower machines
  const pipeline = "func.func(affine-loop-unroll{unroll-factor=4}),canonicalize,cse";
  expect(ours(text, { pipeline }).trimEnd() === (await runMlirOpt(text, { pipeline })).stdout.trimEnd()).toBe(
    true,
  );
});
