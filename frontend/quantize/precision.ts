import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { precisionOption, precisionUnknown } from "./diagnostics.ts";

/** How a weight becomes one of few levels: to the nearest, or so that the layer's output errs least. */
export type Rounding = "nearest" | "gptq" | "awq";

/** Columns of a group of 4-bit weights that share a scale. */
type GroupSize = 32 | 64 | 128;

/** Number format of the matrices; the head of an int4 model is int8 per channel. */
export type WeightFormat =
  | { readonly kind: "int8"; readonly scales: "channel" | "tensor" }
  | { readonly kind: "int4"; readonly group: GroupSize; readonly rounding: Rounding }
  | { readonly kind: "bf16" }
  | { readonly kind: "f32" };

/** Number format of what a matrix multiplies: one scale per token, per step (`tensor`), or known at compile time. */
export type ActivationFormat =
  | { readonly kind: "int8"; readonly scales: "token" | "tensor" | "static" }
  | { readonly kind: "bf16" }
  | { readonly kind: "f32" };

/** SmoothQuant's alpha: a number, the published one of the model's architecture, or the best on the calibration text. */
export type MigrationStrength = number | "architecture" | "auto";

/** How a checkpoint becomes numbers of the hardware (docs/precision.md, docs/numerics.md). */
export interface Precision {
  /** As `--precision` says it. */
  readonly name: string;
  readonly weights: WeightFormat;
  readonly activations: ActivationFormat;
  /** Bits of a key or value in the cache; 32: float32, with the precision f32 alone. */
  readonly kvBits: 8 | 16 | 32;
  /** SmoothQuant's migration strength. */
  readonly smoothing?: { readonly alpha: MigrationStrength };
  /** Columns of activations that reach this magnitude are multiplied in 16 bits (LLM.int8). */
  readonly outliers?: {
    readonly threshold: number;
    /** Whether nobody asked for this threshold: hardware may take a larger one. */
    readonly isUsual: boolean;
  };
}

/** What `--kv`, `--alpha`, `--threshold` and `--rounding` say; undefined: not given. */
export interface PrecisionOptions {
  readonly kv?: 8 | 16 | undefined;
  readonly alpha?: MigrationStrength | undefined;
  readonly threshold?: number | undefined;
  readonly rounding?: Rounding | undefined;
}

/** The threshold of the paper and of its users. */
const usualThreshold = 6;
const defaultRounding: Rounding = "gptq";

type Format = Pick<Precision, "weights" | "activations" | "smoothing" | "outliers">;

const int8Rows = { kind: "int8", scales: "channel" } as const;
const int8Tensor = { kind: "int8", scales: "tensor" } as const;
const perToken = { kind: "int8", scales: "token" } as const;

const smooth = ({ alpha = "architecture" }: PrecisionOptions): Pick<Precision, "smoothing"> => ({
  smoothing: { alpha },
});

const int4 =
  (group: GroupSize) =>
  ({ rounding = defaultRounding }: PrecisionOptions): Format => ({
    weights: { kind: "int4", group, rounding },
    activations: perToken,
  });

/** Every precision by its name. */
const formats: Readonly<Record<string, (options: PrecisionOptions) => Format>> = {
  f32: () => ({ weights: { kind: "f32" }, activations: { kind: "f32" } }),
  w16a16: () => ({ weights: { kind: "bf16" }, activations: { kind: "bf16" } }),
  w8a8: () => ({ weights: int8Rows, activations: perToken }),
  smoothquant: (o) => ({ weights: int8Rows, activations: perToken, ...smooth(o) }),
  "smoothquant-o1": (o) => ({ weights: int8Tensor, activations: perToken, ...smooth(o) }),
  "smoothquant-o2": (o) => ({
    weights: int8Tensor,
    activations: { kind: "int8", scales: "tensor" },
    ...smooth(o),
  }),
  "smoothquant-o3": (o) => ({
    weights: int8Tensor,
    activations: { kind: "int8", scales: "static" },
    ...smooth(o),
  }),
  "llm.int8": ({ threshold }) => ({
    weights: int8Rows,
    activations: perToken,
    outliers: { threshold: threshold ?? usualThreshold, isUsual: threshold === undefined },
  }),
  w4a8: int4(32),
  "w4a8-g32": int4(32),
  "w4a8-g64": int4(64),
  "w4a8-g128": int4(128),
};

/** The names that {@link parsePrecision} knows. */
export const precisionNames: readonly string[] = Object.keys(formats);

/** The precision of a name; unknown names and options that say nothing about it are diagnostics. */
export function parsePrecision(name: string, options: PrecisionOptions = {}): Result<Precision> {
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (format === undefined)
    return fail(precisionUnknown(builtSpan("--precision"), { name, known: precisionNames }));
  const made = format(options);
  const problem = misusedOption(name, made, options);
  if (problem !== undefined) return fail(precisionOption(builtSpan(problem.option), problem));
  const kvBits = name === "f32" ? 32 : (options.kv ?? (name === "w16a16" ? 16 : 8));
  return ok({ name, ...made, kvBits });
}

interface Misuse {
  readonly option: string;
  readonly problem: string;
  readonly expected: string;
}

function misusedOption(name: string, format: Format, options: PrecisionOptions): Misuse | undefined {
  const unused = unusedOption(name, format, options);
  if (unused !== undefined) {
    const [option, expected] = unused;
    return {
      option,
      problem: `${option} says nothing about ${name}`,
      expected: `${option} with ${expected}`,
    };
  }
  return impossibleValue(options);
}

function unusedOption(
  name: string,
  { weights, smoothing, outliers }: Format,
  { kv, alpha, threshold, rounding }: PrecisionOptions,
): readonly [string, string] | undefined {
  if (kv !== undefined && name === "f32") return ["--kv", "a quantized precision"];
  if (alpha !== undefined && smoothing === undefined) return ["--alpha", "smoothquant"];
  if (threshold !== undefined && outliers === undefined) return ["--threshold", "llm.int8"];
  if (rounding !== undefined && weights.kind !== "int4") return ["--rounding", "w4a8"];
  return undefined;
}

function impossibleValue({ alpha, threshold }: PrecisionOptions): Misuse | undefined {
  if (typeof alpha === "number" && !(alpha >= 0 && alpha <= 1)) {
    return { option: "--alpha", problem: `--alpha ${alpha} is no share`, expected: "0 to 1, or auto" };
  }
  if (threshold !== undefined && !(threshold > 0 && Number.isFinite(threshold))) {
    return {
      option: "--threshold",
      problem: `--threshold ${threshold} is no magnitude`,
      expected: "a number above 0",
    };
  }
  return undefined;
}

/** Whether the scales of activations are known at compile time. */
export function isStatic({ activations }: Pick<Precision, "activations">): boolean {
  return activations.kind === "int8" && activations.scales === "static";
}

/** Whether the quantizer must have seen activations of the model. */
export function needsCalibration(precision: Precision): boolean {
  const { weights, smoothing, outliers } = precision;
  const isRoundedByData = weights.kind === "int4" && weights.rounding !== "nearest";
  return smoothing !== undefined || outliers !== undefined || isRoundedByData || isStatic(precision);
}

/** int8 throughout, one scale per channel and per token: what needs neither calibration nor options. */
export const plainInt8: Precision = {
  name: "w8a8",
  weights: int8Rows,
  activations: perToken,
  kvBits: 8,
};
