import type { z } from "zod";
import { builtSpan, type Diagnostic, fail, ok, type Result, type Span } from "../../ir/index.ts";
import type { ModelConfig, RopeScaling } from "../checkpoint.ts";
import { configSchema, familySchema, type RawConfig, type RawGeneration } from "./config-schema.ts";
import {
  architectureUnsupported,
  configInconsistent,
  configInvalid,
  featureUnsupported,
} from "./diagnostics.ts";
import { type Family, families } from "./families.ts";
import { findRopeScaling, type Rejection, rejectRotary } from "./rope-scaling.ts";
import { layerKinds, resolveWindows } from "./windows.ts";

/** Turns config.json into a model configuration; what would compute something else is rejected, not ignored. */
export function parseConfig(file: string, json: unknown, generation: RawGeneration): Result<ModelConfig> {
  const where = builtSpan(file);
  const family = findFamily(where, json);
  if (family.kind === "error") return family;
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) return fail(...schemaProblems(where, parsed.error));
  const scaling = resolveScaling(where, parsed.data);
  const ropeScaling: RopeScaling = scaling.kind === "ok" ? scaling.value : { kind: "none" };
  const config = { ...resolveConfig(family.value, parsed.data, generation), ropeScaling };
  const problems = [
    ...checkFeatures(where, family.value, parsed.data),
    ...(scaling.kind === "ok" ? [] : scaling.diagnostics),
    ...checkShape(where, config, parsed.data),
  ];
  return problems.length > 0 ? fail(...problems) : ok(config);
}

/** One diagnostic for each field that does not fit its schema. */
export function schemaProblems(where: Span, error: z.ZodError): readonly Diagnostic[] {
  return error.issues.map((issue) => {
    const path = issue.path.map(String).join(".");
    return configInvalid(where, { problem: path === "" ? issue.message : `${path}: ${issue.message}` });
  });
}

/** By the class that is named, where none is by `model_type`. */
function findFamily(where: Span, json: unknown): Result<Family> {
  const parsed = familySchema.safeParse(json);
  if (!parsed.success) return fail(...schemaProblems(where, parsed.error));
  const className = parsed.data.architectures?.[0];
  const name = className ?? parsed.data.model_type;
  if (name === undefined) {
    return fail(configInvalid(where, { problem: "it names neither architectures nor a model_type" }));
  }
  const family = families.find(({ className: known, modelType }) =>
    className === undefined ? modelType === name : known === name,
  );
  return family === undefined ? fail(architectureUnsupported(where, { architecture: name })) : ok(family);
}

function resolveConfig(
  family: Family,
  raw: RawConfig,
  generation: RawGeneration,
): Omit<ModelConfig, "ropeScaling"> {
  const { architecture, absent, qkvBias, qkNorm } = family;
  const heads = raw.num_attention_heads;
  return {
    architecture,
    hidden: raw.hidden_size,
    layers: raw.num_hidden_layers,
    heads,
    kvHeads: (raw.num_key_value_heads === undefined ? absent.kvHeads : raw.num_key_value_heads) ?? heads,
    headDim:
      (raw.head_dim === undefined ? absent.headDim : raw.head_dim) ?? Math.floor(raw.hidden_size / heads),
    ffn: raw.intermediate_size,
    vocab: raw.vocab_size,
    maxContext: raw.max_position_embeddings ?? absent.maxContext,
    ...resolveWindows(family, raw),
    ropeTheta: raw.rope_parameters?.rope_theta ?? raw.rope_theta ?? 10000,
    qkvBias,
    qkNorm,
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

function resolveScaling(where: Span, raw: RawConfig): Result<RopeScaling> {
  const found = findRopeScaling(raw);
  switch (found.kind) {
    case "found":
      return ok(found.scaling);
    case "incomplete":
      return fail(configInvalid(where, { problem: `rope_scaling lacks ${found.missing.join(", ")}` }));
    case "rejected":
      return fail(unsupported(where, found.rejection));
  }
}

function unsupported(where: Span, [field, value, expected]: Rejection): Diagnostic {
  return featureUnsupported(where, { field, value, expected });
}

function checkFeatures(where: Span, family: Family, raw: RawConfig): readonly Diagnostic[] {
  const rejections = [...rejectParts(family, raw), ...rejectWindows(family, raw), ...rejectRotary(raw)];
  return rejections.map((rejection) => unsupported(where, rejection));
}

function rejectParts(family: Family, raw: RawConfig): readonly Rejection[] {
  const rejections: Rejection[] = [];
  if (raw.hidden_act !== "silu") rejections.push(["hidden_act", raw.hidden_act, "silu"]);
  // Qwen2's biases are part of the family; the field stands for biases of all four matrices.
  if (raw.attention_bias === true && !family.qkvBias)
    rejections.push(["attention_bias", "true", "false: the output projection has no bias here"]);
  if (raw.mlp_bias === true) rejections.push(["mlp_bias", "true", "false"]);
  if (raw.quantization_config !== undefined && raw.quantization_config !== null) {
    const expected = "float weights: the compiler quantizes them itself";
    rejections.push(["quantization_config", "(present)", expected]);
  }
  return rejections;
}

function rejectWindows(family: Family, raw: RawConfig): readonly Rejection[] {
  const rejections: Rejection[] = [];
  if (family.windows === "none" && typeof raw.sliding_window === "number")
    rejections.push(["sliding_window", String(raw.sliding_window), "a Llama model without it"]);
  const kinds = new Set(raw.layer_types);
  for (const kind of kinds) {
    const isKnown = layerKinds.includes(kind) && (family.windows !== "none" || kind === "full_attention");
    if (!isKnown)
      rejections.push(["layer_types", kind, "full_attention, or sliding_attention with a window"]);
  }
  return rejections;
}

function checkShape(where: Span, config: ModelConfig, raw: RawConfig): readonly Diagnostic[] {
  const { layers, heads, kvHeads, headDim, hidden, vocab } = config;
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
  if (raw.layer_types && raw.layer_types.length !== layers) {
    complain(
      `layer_types has ${String(raw.layer_types.length)} entries for ${String(layers)} layers`,
      "as many entries as num_hidden_layers",
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
