import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { notYet, optionsConflict } from "../jobs/diagnostics.ts";
import type { CompileOptions } from "../options/compile-options.ts";

/** Which engine runs the model: Verilated or embedded hardware, the integer reference, the float reference. */
export type EngineKind = "rtl" | "reference" | "f32";

/** Number formats, all known. */
export interface NumberFormats {
  readonly precision: string;
  readonly kvBits: 8 | 16 | 32;
}

/** What `--precision` and `--kv` mean on an engine; combinations that no engine computes yet are said so. */
export function resolveFormats(
  engine: EngineKind,
  options: Pick<CompileOptions, "precision" | "kv">,
): Result<NumberFormats> {
  return engine === "f32" ? resolveFloatFormats(options) : resolveIntegerFormats(options);
}

function resolveFloatFormats({
  precision,
  kv,
}: Pick<CompileOptions, "precision" | "kv">): Result<NumberFormats> {
  if ((precision ?? "f32") === "f32" && kv === undefined) return ok({ precision: "f32", kvBits: 32 });
  const option = kv === undefined ? `--precision ${precision ?? "f32"}` : `--kv ${kv}`;
  const problem = `--engine f32 computes in float32 throughout, ${option} asks for something else`;
  return fail(optionsConflict(builtSpan(option), { problem, expected: "--engine reference or rtl" }));
}

function resolveIntegerFormats({
  precision = "w8a8",
  kv = precision === "w16a16" ? 16 : 8,
}: Pick<CompileOptions, "precision" | "kv">): Result<NumberFormats> {
  if (precision === "w8a8" && kv === 8) return ok({ precision, kvBits: kv });
  const what = precision === "w8a8" ? `--kv ${kv}` : `--precision ${precision}`;
  const instead = precision === "f32" ? "--engine f32" : "--precision w8a8 --kv 8";
  return fail(notYet(builtSpan(what), { what, instead }));
}
