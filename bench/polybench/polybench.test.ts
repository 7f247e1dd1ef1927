import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import {
  ALL_OPS,
  at,
  compileFunction,
  type Operation,
  parseModule,
  present,
  renderDiagnostic,
  verify,
} from "../../ir/index.ts";
import { decoderLayer } from "./decoder-layer.ts";
import { SIZES } from "./kernel.ts";
import type { Rounding } from "./kernel-text.ts";
import { POLYBENCH } from "./kernels.ts";

const MLIR_OPT = "mlir-opt-22";

function parsed(text: string): Operation {
  const module = parseModule(text, "kernel.mlir");
  const problems = module.kind === "error" ? module.diagnostics : verify(module.value, ALL_OPS);
  if (module.kind === "error" || problems.length > 0)
    throw new Error(problems.map(renderDiagnostic).join("\n"));
  return module.value;
}

describe.each([...POLYBENCH, decoderLayer])("$name", (kernel) => {
  test.each<Rounding>(["strict", "reassoc"])("%s: the program gives the reference's bits", (rounding) => {
    const { text, inputs, reference } = kernel.at("mini");
    const func = [...parsed(text(rounding)).walk()].find(({ name }) => name === "func.func");
    const run = compileFunction(present(func, "a function"));
    if (run.kind === "error") return expect.fail(run.diagnostics.map(renderDiagnostic).join("\n"));
    const memory = inputs();
    const result = run.value(...memory.values());
    expect(result.kind).toBe("ok");
    for (const [name, wanted] of reference()) {
      const found = present(memory.get(name), name);
      const wrong = wanted.findIndex((value, index) => !Object.is(value, found[index]));
      expect({ name, wrong, found: found[wrong] }).toEqual({ name, wrong: -1, found: undefined });
    }
  });

  test("a result is neither what came in nor out of range", () => {
    const { arrays, inputs, reference } = kernel.at("mini");
    const [before, after] = [inputs(), reference()];
    for (const { name, role } of arrays) {
      const changed = present(after.get(name), name).some(
        (value, index) => value !== before.get(name)?.[index],
      );
      expect({ name, changed }).toEqual({ name, changed: role !== "in" });
      expect(after.get(name)?.every(Number.isFinite)).toBe(true);
    }
  });
});

test("upstream's parser takes every text", (context) => {
  if (spawnSync(MLIR_OPT, ["--version"]).status !== 0) context.skip("there is no mlir-opt-22");
  const texts = POLYBENCH.flatMap((kernel) =>
    (["strict", "reassoc"] as const).flatMap((rounding) =>
      SIZES.map((size) => kernel.at(size).text(rounding)),
    ),
  );
  const answer = spawnSync(MLIR_OPT, ["-split-input-file", "-o", "/dev/null"], {
    input: texts.join("// -----\n"),
    encoding: "utf8",
  });
  expect({ status: answer.status, stderr: answer.stderr }).toEqual({ status: 0, stderr: "" });
  expect(at(texts, 0)).toContain("func.func @k2mm");
});
