import { type Precision, type PrecisionOptions, parsePrecision } from "../../frontend/index.ts";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { optionsConflict } from "../jobs/diagnostics.ts";

/** What `--precision`, `--kv` and the options of methods say, each as often as it was given. */
export interface PrecisionChoice extends Omit<PrecisionOptions, "kv"> {
  readonly names: readonly string[];
  readonly kv: readonly (8 | 16)[];
}

/**
 * Every named precision with every kind of cache (its own default where none is named). An option of a method goes to the
 * precisions that use it; one that none uses is refused.
 */
export function choosePrecisions({ names, kv, ...given }: PrecisionChoice): Result<readonly Precision[]> {
  const chosen: Precision[] = [];
  const used = new Set<string>();
  for (const name of names) {
    const plain = parsePrecision(name);
    if (plain.kind === "error") return plain;
    const options = optionsOf(plain.value, given);
    for (const option of Object.keys(options)) used.add(option);
    const caches = name === "f32" || kv.length === 0 ? [undefined] : kv;
    for (const bits of caches) {
      const precision = parsePrecision(name, { ...options, kv: bits });
      if (precision.kind === "error") return precision;
      chosen.push(precision.value);
    }
  }
  const unused = Object.entries(given).find(([option, value]) => value !== undefined && !used.has(option));
  if (unused === undefined) return ok(chosen);
  const problem = `--${unused[0]} says nothing about ${names.join(", ")}`;
  return fail(
    optionsConflict(builtSpan(`--${unused[0]}`), { problem, expected: "a precision that uses it" }),
  );
}

/** The options that a precision uses. */
function optionsOf(
  { weights, smoothing, outliers }: Precision,
  { alpha, threshold, rounding }: Omit<PrecisionOptions, "kv">,
): PrecisionOptions {
  return {
    ...(smoothing !== undefined && alpha !== undefined && { alpha }),
    ...(outliers !== undefined && threshold !== undefined && { threshold }),
    ...(weights.kind === "int4" && rounding !== undefined && { rounding }),
  };
}
