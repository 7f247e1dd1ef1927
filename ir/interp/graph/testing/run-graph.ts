import { verify } from "../../../core/dialect.ts";
import type { Operation } from "../../../core/operation.ts";
import { sameType, type TensorType, type Type, tensorType } from "../../../core/type.ts";
import { FuncOp } from "../../../dialects/func/ops.ts";
import { ALL_OPS } from "../../../dialects/registry.ts";
import { at, CompilerBug, present } from "../../../support/bug.ts";
import { renderDiagnostic } from "../../../support/diagnostics.ts";
import { parseModule } from "../../../text/parse/parse-module.ts";
import { elementCount, type GraphTensor, type GraphValue, graphTensor } from "../tensor.ts";

/** The module of a text that parses and verifies. */
export function validModule(text: string, file = "test.mlir"): Operation {
  const module = parseModule(text, file);
  const problems = module.kind === "error" ? module.diagnostics : verify(module.value, ALL_OPS);
  if (module.kind === "error" || problems.length > 0)
    throw new CompilerBug(problems.map(renderDiagnostic).join("\n"));
  return module.value;
}

/** A stream of reproducible 32-bit words. */
function randomWords(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0; // mulberry32
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return (word ^ (word >>> 14)) >>> 0;
  };
}

/** Random elements: floats around 1 of either sign, int8 in ±127, i32 zeros. */
function randomTensor(type: TensorType, words: () => number): GraphTensor {
  const count = elementCount(type);
  if (type.element.kind === "float")
    return graphTensor(
      type,
      Float32Array.from({ length: count }, () => (words() / 2 ** 31 - 1) * 2 ** ((words() % 7) - 3)),
    );
  if (sameType(type.element, { kind: "int", width: 8 }))
    return graphTensor(
      type,
      Int8Array.from({ length: count }, () => (words() % 255) - 127),
    );
  return graphTensor(type, new Int32Array(count));
}

/** The inputs of the only function of a module: random, but for those given by name. */
export function randomInputs(
  module: Operation,
  seed: number,
  given: Readonly<Record<string, readonly number[]>> = {},
): readonly GraphValue[] {
  const words = randomWords(seed);
  const func = present(
    [...module.walk()].find(({ name }) => name === FuncOp.name),
    "a function",
  );
  return at(func.regions, 0).block.args.map((arg) => {
    const type = asTensor(arg.type);
    const values = given[arg.hint ?? ""];
    return values === undefined
      ? randomTensor(type, words)
      : graphTensor(tensorType(type.shape, type.element), Int32Array.from(values));
  });
}

function asTensor(type: Type): TensorType {
  if (type.kind !== "tensor") throw new CompilerBug("only tensors can be made up");
  return type;
}
