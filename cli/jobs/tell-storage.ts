import {
  type LoadedModel,
  type Precision,
  parsePrecision,
  requantizationError,
} from "../../frontend/index.ts";

/** Types of a GGUF file that hold weights as they were before any quantization. */
const wholeTypes: ReadonlySet<string> = new Set(["F32", "F16", "BF16"]);

/**
 * What happens to weights that their file holds quantized: one line for each type, and what rounding them a second time, to
 * the numbers of a precision, adds as error.
 */
export function tellStorage(
  { checkpoint, stored = [] }: LoadedModel,
  precisionName: string,
): readonly string[] {
  const quantized = stored.filter(({ type }) => !wholeTypes.has(type));
  if (quantized.length === 0) return [];
  const lines = quantized.map(({ type, tensors, elements, bytes }) => {
    const bits = ((8 * bytes) / elements).toFixed(2).replace(/\.?0+$/u, "");
    return `${checkpoint.id}: ${String(tensors)} tensors in ${type} (${bits} bits per weight), dequantized exactly`;
  });
  const precision = parsePrecision(precisionName);
  if (precision.kind === "error" || precision.value.weights.kind === "f32") return lines;
  const error = (100 * requantizationError(checkpoint, precision.value.weights)).toFixed(2);
  const format = tellFormat(precision.value);
  return [
    ...lines,
    `${checkpoint.id}: rounding the weights to ${format} adds an error of ${error} % (root mean square)`,
  ];
}

function tellFormat({ name, weights }: Precision): string {
  switch (weights.kind) {
    case "int8":
      return `int8 with a scale per ${weights.scales} (${name})`;
    case "int4":
      return `int4 in groups of ${String(weights.group)} (${name})`;
    case "bf16":
    case "f32":
      return weights.kind;
  }
}
