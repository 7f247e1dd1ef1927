import fc from "fast-check";
import { expect, test } from "vitest";
import { cutWindows, splitDocuments } from "./documents.ts";
import { countAgreement, measureLikelihood } from "./measure-likelihood.ts";

fc.configureGlobal({ seed: 20_261 }); // the same cases on every run

test("documents from a JSON list, from text with NULs and with blank lines", () => {
  expect(splitDocuments('["one", "", "two"]')).toEqual(["one", "two"]);
  expect(splitDocuments("one\n\nstill one\0two\0")).toEqual(["one\n\nstill one", "two"]);
  expect(splitDocuments("one\nstill one\n \n\r\ntwo\n")).toEqual(["one\nstill one", "two"]);
  expect(splitDocuments("[not a list]")).toEqual(["[not a list]"]);
});

test("windows cover each document once, in order, within the length", () => {
  const documents = fc.array(fc.array(fc.nat(9), { maxLength: 40 }), { maxLength: 5 });
  fc.assert(
    fc.property(documents, fc.integer({ min: 2, max: 12 }), (lists, length) => {
      const windows = cutWindows(lists, length, 99);
      expect(windows.every((w) => w[0] === 99 && w.length > 1 && w.length <= length)).toBe(true);
      expect(windows.flatMap((w) => w.slice(1))).toEqual(lists.flat());
    }),
  );
  expect(cutWindows([[1, 2, 3]], 2, undefined)).toEqual([[1, 2]]);
});

/** Gives `token + 1` the probability 1/2, two others 1/4 each. */
const counting = () => ({
  length: 0,
  step: (token: number) =>
    Float32Array.from({ length: 3 }, (_, i) => (i === (token + 1) % 3 ? Math.log(2) : 0)),
});

test("likelihood of a known distribution, up to a limit", () => {
  const all = measureLikelihood(counting, [
    [0, 1, 2],
    [0, 2],
  ]);
  expect(all.top1).toEqual([1, 2, 1]);
  expect(all.nll).toBeCloseTo((2 * Math.log(2) + Math.log(4)) / 3, 6);
  expect(all.ppl).toBeCloseTo(Math.exp(all.nll), 6);
  const two = measureLikelihood(
    counting,
    [
      [0, 1, 2],
      [0, 2],
    ],
    2,
  );
  expect(two.top1).toEqual([1, 2]);
  expect(countAgreement(all, { ...all, top1: [1, 0, 1] })).toEqual({ equal: 2, of: 3 });
  expect(measureLikelihood(counting, []).nll).toBe(0);
});
