import { type Precision, parsePrecision } from "../../frontend/index.ts";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { notYet, optionsConflict } from "../jobs/diagnostics.ts";
import type { CompileOptions } from "../options/compile-options.ts";
import type { Quantization } from "./quantize-model.ts";

/** Which engine runs the model: Verilated or embedded hardware, the integer reference, the float reference. */
export type EngineKind = "rtl" | "reference" | "f32";

/** Number formats, all known. */
export interface NumberFormats {
  readonly precision: string;
  readonly kvBits: 8 | 16 | 32;
  /** Of integer engines; undefined: float32 throughout. */
  readonly quantization?: Quantization;
}

/** The options that decide about number formats. */
type FormatOptions = Pick<
  CompileOptions,
  "precision" | "kv" | "alpha" | "threshold" | "rounding" | "calibrate"
>;

/** What `--precision` and `--kv` mean on an engine; combinations that no engine computes yet are said so. */
export function resolveFormats(engine: EngineKind, options: FormatOptions): Result<NumberFormats> {
  return engine === "f32" ? resolveFloatFormats(options) : resolveIntegerFormats(engine, options);
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

function resolveIntegerFormats(
  engine: "rtl" | "reference",
  { precision = "w8a8", kv, alpha, threshold, rounding, calibrate }: FormatOptions,
): Result<NumberFormats> {
  if (precision === "f32") {
    const what = "--precision f32";
    return fail(notYet(builtSpan(what), { what, instead: "--engine f32" }));
  }
  const parsed = parsePrecision(precision, { kv, alpha, threshold, rounding });
  if (parsed.kind === "error") return parsed;
  const { name, kvBits } = parsed.value;
  if (engine === "rtl" && !hasHardware(parsed.value)) {
    const what = `hardware for --precision ${name}`;
    return fail(notYet(builtSpan("--precision"), { what, instead: "--engine reference" }));
  }
  return ok({ precision: name, kvBits, quantization: { precision: parsed.value, calibrate } });
}

/** One scale for all rows of a step needs all of them before the first is quantized: there is no hardware for that. */
function hasHardware({ activations }: Precision): boolean {
  return !(activations.kind === "int8" && activations.scales === "tensor");
}
