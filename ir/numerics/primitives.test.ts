import { expect, test } from "vitest";
import { compileGraph } from "./bit-ops-compile.ts";
import { bits, evalBitOps } from "./bit-ops-eval.ts";
import { recordGraph } from "./bit-ops-record.ts";
import { bitsToF32, f32ToBits } from "./f32-bits.ts";
import { buildFromSigned, buildToSigned } from "./f32-convert.ts";
import { f32ToSigned, signedToF32 } from "./f32-semantics.ts";
import { FLOAT_PRIMITIVES, type FloatPrimitive, scalarWidth } from "./primitives.ts";
import { decodeScalar, differenceFinder, encodeScalar, graphOf } from "./testing/compare-primitive.ts";
import {
  randomOperands,
  randomWords,
  SPECIAL_WORDS,
  stratifiedOperands,
  stratifiedWord,
} from "./testing/f32-cases.ts";

/** The acceptance run takes 10^6 of each kind: HIDALGO_FLOAT_CASES=1000000, or bench/float.ts. */
const CASES = Number(process.env["HIDALGO_FLOAT_CASES"] ?? 100_000);
const primitives: [string, FloatPrimitive][] = Object.entries(FLOAT_PRIMITIVES);

test.each(primitives)(
  "%s: definition and JavaScript agree on stratified and random operands",
  (_, primitive) => {
    const difference = differenceFinder(primitive);
    const next = randomWords(1);
    for (let i = 0; i < CASES; i++) {
      const found =
        difference(...stratifiedOperands(primitive.operands, next)) ??
        difference(...randomOperands(primitive.operands, next));
      if (found !== undefined) expect.fail(found);
    }
  },
);

test.each(primitives)(
  "%s: definition and JavaScript agree on every pair of special words",
  (_, primitive) => {
    const difference = differenceFinder(primitive);
    for (const a of SPECIAL_WORDS) {
      for (const b of SPECIAL_WORDS) {
        const words = [a, b].map((word, i) => word % 2 ** scalarWidth(primitive.operands[i] ?? "i32"));
        expect(difference(...words.slice(0, primitive.operands.length))).toBeUndefined();
      }
    }
  },
);

test.each(primitives)("%s: the bigint algebra gives the same bits and the declared width", (_, primitive) => {
  const run = compileGraph(graphOf(primitive));
  const next = randomWords(4);
  for (let i = 0; i < 300; i++) {
    const words = stratifiedOperands(primitive.operands, next);
    const vectors = words.map((word, k) => bits(BigInt(word), scalarWidth(primitive.operands[k] ?? "i32")));
    expect(primitive.build(evalBitOps, ...vectors)).toEqual(
      bits(BigInt(run(...words)), scalarWidth(primitive.result)),
    );
  }
});

test.each(primitives)("%s: float results are canonical", (name, primitive) => {
  if (primitive.result !== "f32" || name === "neg" || name === "abs") return;
  const run = compileGraph(graphOf(primitive));
  const next = randomWords(5);
  for (let i = 0; i < 20_000; i++) {
    const word = run(...stratifiedOperands(primitive.operands, next));
    const isCanonical =
      f32ToBits(bitsToF32(word)) === word && ((word & 0x7f80_0000) !== 0 || (word & 0x7f_ffff) === 0);
    if (!isCanonical) expect.fail(word.toString(16));
  }
});

test("the comparison of definitions notices a different function", () => {
  const difference = differenceFinder({ ...FLOAT_PRIMITIVES.add, evaluate: FLOAT_PRIMITIVES.sub.evaluate });
  expect(difference(0x3f80_0000, 0x3f80_0000)).toBe(
    "operands 3f800000, 3f800000: definition 40000000, evaluate 0",
  );
});

test("conversions work at every integer width from 2 to 32", () => {
  const next = randomWords(6);
  for (let width = 2; width <= 32; width++) {
    const from = compileGraph(recordGraph([width], buildFromSigned));
    const to = compileGraph(recordGraph([32], (o, x) => buildToSigned(o, x, width)));
    for (let i = 0; i < 2000; i++) {
      const integer = (next() << (32 - width)) >> (32 - width);
      expect(from(integer < 0 ? integer + 2 ** width : integer)).toBe(f32ToBits(signedToF32(integer)));
      const word = stratifiedWord(next);
      const rounded = f32ToSigned(bitsToF32(word), width);
      expect(to(word)).toBe(rounded < 0 ? rounded + 2 ** width : rounded);
    }
  }
});

test("small integers convert to themselves and back, exhaustively for i16", () => {
  const from = compileGraph(graphOf(FLOAT_PRIMITIVES.sitofp_i16));
  const to = compileGraph(graphOf(FLOAT_PRIMITIVES.fptosi_i16));
  for (let word = 0; word < 65536; word++) {
    expect(decodeScalar("f32", from(word))).toBe(decodeScalar("i16", word));
    if (to(encodeScalar("f32", decodeScalar("i16", word))) !== word) expect.fail(String(word));
  }
});
