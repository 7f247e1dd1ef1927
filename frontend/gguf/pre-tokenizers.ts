/** How text is cut before byte pairs merge, and what else a name in `tokenizer.ggml.pre` stands for. */
export interface PreTokenizer {
  /** Each splits what the one before has left; matches become pieces of their own. */
  readonly patterns: readonly string[];
  /** A piece that is a token as a whole is not put together from merges. */
  readonly ignoreMerges: boolean;
  /** Whether the start token goes before a text, where `add_bos_token` does not say. */
  readonly addBos: boolean;
}

// The expressions are those that the models' own tokenizer.json have, in a spelling without case-insensitive groups.
const gpt2Words = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const contractions = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
const spaces = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const words = (digits: string): string =>
  `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${spaces}`;
const upper = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
const lower = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
const tekkenWords =
  `[^\\r\\n\\p{L}\\p{N}]?${upper}*${lower}+|[^\\r\\n\\p{L}\\p{N}]?${upper}+${lower}*` +
  `|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${spaces}`;

const gpt2: PreTokenizer = { patterns: [gpt2Words], ignoreMerges: false, addBos: false };
const llama3: PreTokenizer = { patterns: [words("\\p{N}{1,3}")], ignoreMerges: true, addBos: true };
const qwen2: PreTokenizer = { patterns: [words("\\p{N}")], ignoreMerges: false, addBos: false };
const singleDigits: PreTokenizer = { patterns: ["\\p{N}", gpt2Words], ignoreMerges: false, addBos: false };
const tekken: PreTokenizer = { patterns: [tekkenWords], ignoreMerges: true, addBos: true };
/** llama.cpp's choice for files without a name. */
const unnamed: PreTokenizer = {
  patterns: ["[\\p{P}\\$\\+<=>\\^~\\|]+", gpt2Words, "\\p{N}+", "[0-9][0-9][0-9]"],
  ignoreMerges: false,
  addBos: false,
};

/** Pre-tokenizers by the names that convert_hf_to_gguf.py writes for the families that are read. */
export const preTokenizers: ReadonlyMap<string, PreTokenizer> = new Map([
  ["default", unnamed],
  ["gpt-2", gpt2],
  ["olmo", gpt2],
  ["llama3", llama3],
  ["llama-v3", llama3],
  ["llama-bpe", llama3],
  ["falcon3", llama3],
  ["dbrx", { ...llama3, ignoreMerges: false, addBos: false }],
  ["smaug-bpe", { ...llama3, ignoreMerges: false, addBos: false }],
  ["qwen2", qwen2],
  ["deepseek-r1-qwen", qwen2],
  ["stablelm2", qwen2],
  ["smollm", singleDigits],
  ["starcoder", singleDigits],
  ["refact", singleDigits],
  ["command-r", singleDigits],
  ["tekken", tekken],
]);
