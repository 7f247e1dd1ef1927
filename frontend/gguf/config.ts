import { builtSpan, type Diagnostic, fail, ok, type Result } from "../../ir/index.ts";
import type { Architecture, ModelConfig } from "../checkpoint.ts";
import { ggufUnsupported } from "./diagnostics.ts";
import { KeyReader } from "./keys.ts";
import type { GgufFile } from "./read-file.ts";
import { readRopeScaling } from "./rope-scaling.ts";
import { readWindows } from "./windows.ts";

/** How llama.cpp names the families; `llama` also stands for Mistral models, which are converted to it. */
const architectures: ReadonlyMap<string, Architecture> = new Map([
  ["llama", "llama"],
  ["mistral", "mistral"],
  ["qwen2", "qwen2"],
  ["qwen3", "qwen3"],
]);

const anySize = { least: 1, most: 1 << 30 } as const;
const largestId = (1 << 30) - 1;

/** The metadata of a model with the name of its architecture, which begins most keys. */
export interface ArchitectureKeys {
  readonly keys: KeyReader;
  readonly prefix: string;
}

/** The configuration that the metadata describe; what would compute something else is rejected, not ignored. */
export function readConfig(file: GgufFile): Result<ModelConfig> {
  const keys = new KeyReader(file.source.name, file.metadata);
  const prefix = keys.need("general.architecture", "text");
  if (prefix === undefined) return fail(...keys.problems);
  const architecture = architectures.get(prefix);
  const rejected =
    architecture === undefined
      ? [unsupported(file, `the architecture ${prefix}`, [...architectures.keys()].join(", "))]
      : rejectFile(file, keys, prefix);
  if (architecture === undefined || rejected.length > 0) return fail(...rejected);
  const config = assemble(file, { keys, prefix }, architecture);
  return config === undefined || keys.problems.length > 0 ? fail(...keys.problems) : ok(config);
}

function unsupported({ source }: GgufFile, what: string, expected: string, hint?: string): Diagnostic {
  return ggufUnsupported(builtSpan(source.name), { what, expected, hint });
}

/** Files that are not a whole model, and variants of the architecture. */
function rejectFile(file: GgufFile, keys: KeyReader, prefix: string): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const parts = keys.find("split.count", "number") ?? 1;
  if (parts > 1) {
    const hint = "join the parts: llama-gguf-split --merge";
    problems.push(unsupported(file, `a model in ${String(parts)} files`, "one file", hint));
  }
  const type = keys.find("general.type", "text") ?? "model";
  if (type !== "model") problems.push(unsupported(file, `a file of type ${type}`, "a model"));
  const experts = keys.find(`${prefix}.expert_count`, "number") ?? 0;
  if (experts > 0)
    problems.push(unsupported(file, `a mixture of ${String(experts)} experts`, "a model without experts"));
  return problems;
}

function assemble(file: GgufFile, about: ArchitectureKeys, family: Architecture): ModelConfig | undefined {
  const { keys, prefix } = about;
  const size = (name: string): number | undefined => keys.needInteger(`${prefix}.${name}`, anySize);
  const hidden = size("embedding_length");
  const layers = keys.needInteger(`${prefix}.block_count`, { least: 1, most: 4096 });
  const ffn = size("feed_forward_length");
  const maxContext = size("context_length");
  const heads = size("attention.head_count");
  const normEps = keys.need(`${prefix}.attention.layer_norm_rms_epsilon`, "number");
  const vocab = vocabularySize(file, about);
  if (hidden === undefined || layers === undefined || ffn === undefined || maxContext === undefined)
    return undefined;
  if (heads === undefined || normEps === undefined || vocab === undefined) return undefined;
  const headDim = headSize(about, hidden, heads);
  const windows = readWindows(about, layers);
  return {
    architecture: family === "llama" && windows.window !== undefined ? "mistral" : family,
    hidden,
    layers,
    heads,
    kvHeads: keyValueHeads(about, heads, layers),
    headDim,
    ffn,
    vocab,
    maxContext,
    ...windows,
    ropeTheta: keys.positive(`${prefix}.rope.freq_base`) ?? 10000,
    ropeScaling: readRopeScaling(file, about, headDim),
    qkvBias: file.tensors.has("blk.0.attn_q.bias"),
    qkNorm: file.tensors.has("blk.0.attn_q_norm.weight"),
    normEps,
    tied: !file.table.some(({ name }) => name === "output.weight"),
    ...specialTokens(keys, vocab),
  };
}

/** The rows of the embedding, which is what counts; a list of tokens of another length is an error. */
function vocabularySize({ table }: GgufFile, { keys, prefix }: ArchitectureKeys): number | undefined {
  const rows = table.find(({ name }) => name === "token_embd.weight")?.shape[0];
  const stated = keys.integer(`${prefix}.vocab_size`, anySize);
  const vocab = rows ?? stated;
  if (stated !== undefined && vocab !== stated)
    keys.complain(
      `${prefix}.vocab_size`,
      `is ${String(stated)}`,
      `${String(vocab)}, the rows of token_embd.weight`,
    );
  if (vocab === undefined)
    keys.complain(`${prefix}.vocab_size`, "is missing", "token_embd.weight, or this key");
  return vocab;
}

function headSize({ keys, prefix }: ArchitectureKeys, hidden: number, heads: number): number {
  const key = `${prefix}.attention.key_length`;
  const headDim = keys.integer(key, anySize) ?? hidden / heads;
  if (!Number.isInteger(headDim) || headDim % 2 !== 0)
    keys.complain(key, `makes heads of ${String(headDim)} channels`, "an even number of channels");
  for (const name of ["attention.value_length", "rope.dimension_count"]) {
    const other = keys.integer(`${prefix}.${name}`, anySize) ?? headDim;
    if (other !== headDim)
      keys.complain(`${prefix}.${name}`, `is ${String(other)}`, `${String(headDim)}, the whole head`);
  }
  return headDim;
}

/** One number, or one per layer that are all the same. */
function keyValueHeads({ keys, prefix }: ArchitectureKeys, heads: number, layers: number): number {
  const key = `${prefix}.attention.head_count_kv`;
  const entry = keys.any(key);
  const kvHeads =
    entry?.kind === "numbers" ? sameForAll(entry.value, layers) : (keys.integer(key, anySize) ?? heads);
  if (kvHeads === undefined) {
    keys.complain(key, "differs from layer to layer", "the same number of key/value heads in every layer");
    return heads;
  }
  if (kvHeads < 1 || heads % kvHeads !== 0)
    keys.complain(key, `is ${String(kvHeads)}`, `a divisor of the ${String(heads)} query heads`);
  return kvHeads;
}

function sameForAll(values: Float64Array, count: number): number | undefined {
  return values.length === count && new Set(values).size === 1 ? values[0] : undefined;
}

/** llama.cpp stops at the end of a text, of a turn and of a message alike. */
function specialTokens(keys: KeyReader, vocab: number): Pick<ModelConfig, "bosId" | "eosIds"> {
  const id = (name: string): number | undefined =>
    keys.integer(`tokenizer.ggml.${name}_token_id`, { least: 0, most: Math.min(largestId, vocab - 1) });
  const isSpm = keys.any("tokenizer.ggml.model")?.value === "llama";
  const bosId = id("bos") ?? (isSpm ? 1 : undefined);
  const ends = [id("eos") ?? (isSpm ? 2 : undefined), id("eot"), id("eom")];
  return { bosId, eosIds: [...new Set(ends.filter((end) => end !== undefined))] };
}
