import { expect, test } from "vitest";
import { needsCalibration, type PrecisionOptions, parsePrecision, precisionNames } from "./precision.ts";

/** The precision, or the code and message of what is wrong with it. */
function parsed(name: string, options: PrecisionOptions = {}): unknown {
  const answer = parsePrecision(name, options);
  return answer.kind === "ok" ? answer.value : answer.diagnostics.map(({ code, message }) => [code, message]);
}

test("every name of the command line is a precision, and calibration is asked for where data decide", () => {
  const needing = precisionNames.filter((name) => {
    const answer = parsePrecision(name);
    return answer.kind === "ok" && needsCalibration(answer.value);
  });
  expect(precisionNames.filter((name) => !needing.includes(name))).toEqual(["f32", "w16a16", "w8a8"]);
  expect(parsed("w8a8")).toEqual({
    name: "w8a8",
    weights: { kind: "int8", scales: "channel" },
    activations: { kind: "int8", scales: "token" },
    kvBits: 8,
  });
  expect(parsed("w16a16")).toMatchObject({ weights: { kind: "bf16" }, kvBits: 16 });
  expect(parsed("w4a8-g64", { rounding: "nearest", kv: 16 })).toMatchObject({
    weights: { kind: "int4", group: 64, rounding: "nearest" },
    kvBits: 16,
  });
  expect(parsed("llm.int8", { threshold: 3 })).toMatchObject({ outliers: { threshold: 3 } });
  expect(parsed("smoothquant-o3", { alpha: 0.8 })).toMatchObject({ smoothing: { alpha: 0.8 } });
});

test("unknown names and options that say nothing are diagnostics", () => {
  expect(parsed("w3a8")).toEqual([["frontend.precision-unknown", "w3a8 is no precision"]]);
  expect(parsed("toString")).toEqual([["frontend.precision-unknown", "toString is no precision"]]);
  const misused = [
    parsed("f32", { kv: 8 }),
    parsed("w8a8", { alpha: "auto" }),
    parsed("w8a8", { threshold: 6 }),
    parsed("llm.int8", { rounding: "gptq" }),
    parsed("smoothquant", { alpha: 1.5 }),
    parsed("llm.int8", { threshold: 0 }),
  ].flat();
  expect(misused).toEqual([
    ["frontend.precision-option", "--kv says nothing about f32"],
    ["frontend.precision-option", "--alpha says nothing about w8a8"],
    ["frontend.precision-option", "--threshold says nothing about w8a8"],
    ["frontend.precision-option", "--rounding says nothing about llm.int8"],
    ["frontend.precision-option", "--alpha 1.5 is no share"],
    ["frontend.precision-option", "--threshold 0 is no magnitude"],
  ]);
});
