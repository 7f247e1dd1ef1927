import type { z } from "zod";
import { builtSpan, type Diagnostic, fail, ok, type Result, type Span } from "../../ir/index.ts";
import type { Architecture, ModelConfig } from "../checkpoint.ts";
import { configSchema, familySchema, type RawConfig, type RawGeneration } from "./config-schema.ts";
import {
  architectureUnsupported,
  configInconsistent,
  configInvalid,
  featureUnsupported,
} from "./diagnostics.ts";

const architectureByClass: ReadonlyMap<string, Architecture> = new Map([
  ["LlamaForCausalLM", "llama"],
  ["MistralForCausalLM", "mistral"],
]);

/**
 * Values that a field has when config.json leaves it out, as in the transformers library: a Mistral file
 * without `sliding_window` has one of 4096 (`null` means none), without `num_key_value_heads` 8 heads.
 */
const defaults = {
  llama: { window: undefined, kvHeads: undefined, maxContext: 2048 },
  mistral: { window: 4096, kvHeads: 8, maxContext: 131072 },
} as const;

/** Turns config.json into a model configuration; what would compute something else is rejected, not ignored. */
export function parseConfig(file: string, json: unknown, generation: RawGeneration): Result<ModelConfig> {
  const where = builtSpan(file);
  const architecture = parseArchitecture(where, json);
  if (architecture.kind === "error") return architecture;
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) return fail(...schemaProblems(where, parsed.error));
  const config = resolveConfig(architecture.value, parsed.data, generation);
  const problems = [...checkFeatures(where, architecture.value, parsed.data), ...checkShape(where, config)];
  return problems.length > 0 ? fail(...problems) : ok(config);
}

/** One diagnostic for each field that does not fit its schema. */
export function schemaProblems(where: Span, error: z.ZodError): readonly Diagnostic[] {
  return error.issues.map((issue) => {
    const path = issue.path.map(String).join(".");
    return configInvalid(where, { problem: path === "" ? issue.message : `${path}: ${issue.message}` });
  });
}

function parseArchitecture(where: Span, json: unknown): Result<Architecture> {
  const family = familySchema.safeParse(json);
  if (!family.success) return fail(...schemaProblems(where, family.error));
  const name = family.data.architectures?.[0];
  if (name === undefined) return fail(configInvalid(where, { problem: "architectures: none is named" }));
  const architecture = architectureByClass.get(name);
  return architecture === undefined
    ? fail(architectureUnsupported(where, { architecture: name }))
    : ok(architecture);
}

function resolveConfig(architecture: Architecture, raw: RawConfig, generation: RawGeneration): ModelConfig {
  const fallback = defaults[architecture];
  const heads = raw.num_attention_heads;
  return {
    architecture,
    hidden: raw.hidden_size,
    layers: raw.num_hidden_layers,
    heads,
    kvHeads: (raw.num_key_value_heads === undefined ? fallback.kvHeads : raw.num_key_value_heads) ?? heads,
    headDim: raw.head_dim ?? Math.floor(raw.hidden_size / heads),
    ffn: raw.intermediate_size,
    vocab: raw.vocab_size,
    maxContext: raw.max_position_embeddings ?? fallback.maxContext,
    window: resolveWindow(architecture, raw),
    ropeTheta: raw.rope_parameters?.rope_theta ?? raw.rope_theta ?? 10000,
    normEps: raw.rms_norm_eps,
    tied: raw.tie_word_embeddings,
    ...resolveSpecialTokens(raw, generation),
  };
}

function resolveSpecialTokens(
  raw: RawConfig,
  generation: RawGeneration,
): Pick<ModelConfig, "bosId" | "eosIds"> {
  const eos = generation.eos_token_id ?? raw.eos_token_id ?? [];
  return {
    bosId: generation.bos_token_id ?? raw.bos_token_id ?? undefined,
    eosIds: typeof eos === "number" ? [eos] : eos,
  };
}

/** Llama has no window whatever the file says; in a Mistral file `null` and absence differ. */
function resolveWindow(architecture: Architecture, raw: RawConfig): number | undefined {
  if (architecture === "llama") return undefined;
  return raw.sliding_window === undefined ? defaults.mistral.window : (raw.sliding_window ?? undefined);
}

/** A field, the value it has and the value it would have to have. */
type Rejection = readonly [field: string, value: string, expected: string];

function checkFeatures(where: Span, architecture: Architecture, raw: RawConfig): readonly Diagnostic[] {
  const rejections = [...rejectLayers(architecture, raw), ...rejectRotary(raw)];
  return rejections.map(([field, value, expected]) => featureUnsupported(where, { field, value, expected }));
}

function rejectLayers(architecture: Architecture, raw: RawConfig): readonly Rejection[] {
  const rejections: Rejection[] = [];
  if (raw.hidden_act !== "silu") rejections.push(["hidden_act", raw.hidden_act, "silu"]);
  if (raw.attention_bias === true) rejections.push(["attention_bias", "true", "false"]);
  if (raw.mlp_bias === true) rejections.push(["mlp_bias", "true", "false"]);
  if (raw.quantization_config !== undefined && raw.quantization_config !== null) {
    rejections.push([
      "quantization_config",
      "(present)",
      "float weights: the compiler quantizes them itself",
    ]);
  }
  if (architecture === "llama" && typeof raw.sliding_window === "number") {
    rejections.push(["sliding_window", String(raw.sliding_window), "a Llama model without it"]);
  }
  return rejections;
}

function rejectRotary(raw: RawConfig): readonly Rejection[] {
  const rejections: Rejection[] = [];
  const places = [raw.rope_scaling, raw.rope_parameters];
  for (const rope of places) {
    const scaling = rope?.rope_type ?? rope?.type ?? "default";
    if (scaling !== "default")
      rejections.push(["rope_scaling type", scaling, "rotary positions without scaling"]);
  }
  for (const place of [raw, ...places]) {
    const factor = place?.partial_rotary_factor ?? 1;
    if (factor !== 1)
      rejections.push(["partial_rotary_factor", String(factor), "1: the whole head is rotated"]);
  }
  return rejections;
}

function checkShape(where: Span, config: ModelConfig): readonly Diagnostic[] {
  const { heads, kvHeads, headDim, hidden, vocab } = config;
  const problems: Diagnostic[] = [];
  const complain = (problem: string, expected: string): void => {
    problems.push(configInconsistent(where, { problem, expected }));
  };
  if (heads % kvHeads !== 0) {
    complain(
      `${String(heads)} query heads do not share ${String(kvHeads)} key/value heads evenly`,
      "num_attention_heads a multiple of num_key_value_heads",
    );
  }
  if (headDim < 2 || headDim % 2 !== 0) {
    complain(
      `a head has ${String(headDim)} channels (hidden_size ${String(hidden)}, ${String(heads)} heads)`,
      "an even number: rotary positions turn pairs of channels",
    );
  }
  for (const id of [config.bosId, ...config.eosIds]) {
    if (id !== undefined && id >= vocab) {
      complain(
        `special token ${String(id)} is outside the vocabulary of ${String(vocab)}`,
        "an id below vocab_size",
      );
    }
  }
  return problems;
}
