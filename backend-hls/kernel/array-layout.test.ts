import { expect, test } from "vitest";
import { layoutFor, unpartitioned } from "./array-layout.ts";
import type { KernelArray } from "./node.ts";

const array = (shape: readonly number[], storage?: KernelArray["storage"]): KernelArray => ({
  name: "a",
  shape,
  width: 8,
  storage,
  shared: undefined,
  partition: undefined,
});

test("every cell has a place of its own", () => {
  for (const [shape, factors] of [
    [[10], [4]],
    [
      [5, 6],
      [2, 3],
    ],
    [
      [3, 4, 2],
      [1, 4, 2],
    ],
    [[7], [7]],
  ] as const) {
    const layout = layoutFor(array(shape), factors);
    const cells = shape.reduce<readonly (readonly number[])[]>(
      (outer, size) => outer.flatMap((cell) => Array.from({ length: size }, (_, index) => [...cell, index])),
      [[]],
    );
    const places = cells.map((cell) =>
      cell.reduce(
        (place, index, dim) => {
          const [factor, words] = [layout.factors[dim] ?? 1, layout.words[dim] ?? 1];
          return {
            bank: place.bank * factor + (index % factor),
            word: place.word * words + Math.floor(index / factor),
          };
        },
        { bank: 0, word: 0 },
      ),
    );
    expect(new Set(places.map(({ bank, word }) => `${String(bank)}:${String(word)}`)).size).toBe(
      cells.length,
    );
    expect(places.every(({ bank, word }) => bank < layout.banks && word < layout.depth)).toBe(true);
  }
});

test("storage follows the words of a bank", () => {
  expect(unpartitioned(array([64])).storage).toBe("lut");
  expect(unpartitioned(array([65])).storage).toBe("block");
  expect(unpartitioned(array([])).storage).toBe("reg");
  expect(layoutFor(array([8, 2], "reg"), [1, 1])).toMatchObject({ banks: 16, depth: 1, storage: "reg" });
});
