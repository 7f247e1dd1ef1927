import { defineDiagnostic } from "../../ir/index.ts";

/** A field of config.json is missing or has a wrong type. */
export const configInvalid = defineDiagnostic(
  "frontend.config-invalid",
  "error",
  (p: { readonly problem: string }) => ({
    message: `not a model configuration: ${p.problem}`,
    expected: "a Hugging Face config.json of a Llama, Mistral, Qwen2 or Qwen3 model",
  }),
);

/** The fields contradict one another. */
export const configInconsistent = defineDiagnostic(
  "frontend.config-inconsistent",
  "error",
  (p: { readonly problem: string; readonly expected: string }) => ({
    message: p.problem,
    expected: p.expected,
  }),
);

/** An architecture that the compiler does not read. */
export const architectureUnsupported = defineDiagnostic(
  "frontend.architecture-unsupported",
  "unsupported",
  (p: { readonly architecture: string }) => ({
    message: `the architecture ${p.architecture} is not supported`,
    expected: "LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM or Qwen3ForCausalLM",
  }),
);

/** A variant of a known architecture that would compute something else. */
export const featureUnsupported = defineDiagnostic(
  "frontend.feature-unsupported",
  "unsupported",
  (p: { readonly field: string; readonly value: string; readonly expected: string }) => ({
    message: `${p.field} = ${p.value} is not supported`,
    expected: p.expected,
  }),
);

/** A folder without safetensors. */
export const weightsAbsent = defineDiagnostic(
  "frontend.weights-absent",
  "error",
  (p: { readonly found: string | undefined }) => ({
    message:
      p.found === undefined
        ? "the folder has no model.safetensors and no model.safetensors.index.json"
        : `the folder has ${p.found}, but no safetensors`,
    expected: "model.safetensors, or model.safetensors.index.json and its shards",
    hint: "save the model with save_pretrained(..., safe_serialization=True)",
  }),
);

/** The shard index is JSON of another form, or leads out of the folder. */
export const shardIndexInvalid = defineDiagnostic(
  "frontend.shard-index-invalid",
  "error",
  (p: { readonly problem: string }) => ({
    message: `not an index of shards: ${p.problem}`,
    expected: '{"weight_map": {"tensor name": "file name in this folder"}}',
  }),
);

/** Tensors that the architecture needs are not there. */
export const tensorsMissing = defineDiagnostic(
  "frontend.tensor-missing",
  "error",
  (p: { readonly names: readonly string[] }) => ({
    message: `${countTensors(p.names)} missing: ${abbreviate(p.names)}`,
    expected: "every weight that config.json calls for",
  }),
);

/** Tensors that the architecture does not know: ignoring them would compute something else. */
export const tensorsUnknown = defineDiagnostic(
  "frontend.tensor-unknown",
  "unsupported",
  (p: { readonly names: readonly string[] }) => ({
    message: `${countTensors(p.names)} not part of this architecture: ${abbreviate(p.names)}`,
    expected: "the weights that the architecture of config.json has, without other biases or adapters",
  }),
);

/** A tensor has another shape than config.json says. */
export const tensorShapeWrong = defineDiagnostic(
  "frontend.tensor-shape",
  "error",
  (p: {
    readonly tensor: string;
    readonly found: readonly number[];
    readonly wanted: readonly number[];
  }) => ({
    message: `tensor '${p.tensor}' has shape [${p.found.join(", ")}]`,
    expected: `[${p.wanted.join(", ")}], from config.json`,
  }),
);

/** A tensor has an element type that is no float. */
export const tensorTypeWrong = defineDiagnostic(
  "frontend.tensor-type",
  "error",
  (p: { readonly tensor: string; readonly dtype: string }) => ({
    message: `tensor '${p.tensor}' has element type ${p.dtype}`,
    expected: "F32, F16 or BF16",
    hint: "quantized checkpoints cannot be read: give the original one",
  }),
);

function countTensors(names: readonly string[]): string {
  return names.length === 1 ? "1 tensor is" : `${String(names.length)} tensors are`;
}

function abbreviate(names: readonly string[]): string {
  const shown = names.slice(0, 4).join(", ");
  return names.length > 4 ? `${shown} and ${String(names.length - 4)} more` : shown;
}
