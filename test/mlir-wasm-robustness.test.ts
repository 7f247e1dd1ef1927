import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadMlir, randomWords } from "../ir/index.ts";
import { damagedText } from "./mlir-wasm/damage.ts";

const folder = join(import.meta.dirname, "mlir-wasm/inputs");
const texts = readdirSync(folder)
  .sort()
  .map((file) => readFileSync(join(folder, file), "utf8"));
const mlir = await loadMlir();

const MEGABYTE = 2 ** 20;
const SECOND = 1000;

test("1000 damaged texts: diagnostics or a module, no abort, no hang, no growth", {
  timeout: 300_000,
}, () => {
  const words = randomWords(4);
  let refused = 0;
  let held = 0;
  for (let count = 0; count < 1000; count += 1) {
    const text = damagedText(texts, words);
    const start = performance.now();
    const result = mlir.transform(text, { allowUnregistered: true, pipeline: "canonicalize,cse" });
    expect(performance.now() - start, text).toBeLessThan(20 * SECOND);
    if (result.kind === "error") {
      refused += 1;
      expect(
        result.diagnostics.map(({ code }) => code),
        text,
      ).not.toContain("MLIR0005");
      expect(result.diagnostics.length, text).toBeGreaterThan(0);
    }
    if (count === 100) held = mlir.memoryBytes;
  }
  expect(refused).toBeGreaterThan(500);
  expect(mlir.memoryBytes - held).toBeLessThan(32 * MEGABYTE);
});

test("1000 damaged pipelines", { timeout: 300_000 }, () => {
  const words = randomWords(5);
  const pipelines = [
    "func.func(affine-loop-tile{tile-size=4},canonicalize),cse",
    "builtin.module(one-shot-bufferize{bufferize-function-boundaries},any(cse))",
    "canonicalize{max-iterations=3 region-simplify=aggressive test-convergence},inline{op-pipelines=func.func(canonicalize)}",
  ];
  for (let count = 0; count < 1000; count += 1) {
    const pipeline = damagedText(pipelines, words);
    const result = mlir.transform("func.func private @f()", { pipeline });
    if (result.kind === "ok") continue;
    expect(
      result.diagnostics.map(({ code }) => code),
      pipeline,
    ).not.toContain("MLIR0005");
  }
});

test("1000 contexts leave nothing behind", { timeout: 300_000 }, () => {
  const [text = ""] = texts;
  let held = 0;
  for (let count = 0; count < 1000; count += 1) {
    const session = mlir.open();
    const document = session.parse(text);
    expect(document.kind).toBe("ok");
    session.context.createOperation("arith.constant", { location: session.context.unknownLocation() });
    session.dispose();
    if (count === 50) held = mlir.memoryBytes;
  }
  expect(mlir.memoryBytes).toBe(held);
});

test("sessions may overlap, and end in any order", () => {
  const [text = ""] = texts;
  const sessions = Array.from({ length: 20 }, () => mlir.open());
  const documents = sessions.map((session) => session.parse(text));
  for (const session of sessions.filter((_, index) => index % 2 === 0)) session.dispose();
  for (const [index, document] of documents.entries()) {
    if (document.kind === "ok" && index % 2 === 1) expect(document.value.print().kind).toBe("ok");
  }
  for (const session of sessions) session.dispose();
  expect(() => sessions[0]?.context.indexType()).toThrow("after its session was disposed");
});
