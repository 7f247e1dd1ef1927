import { at, builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import type { ModelConfig } from "../checkpoint.ts";
import type { ByteSource } from "../files/byte-source.ts";
import { headerImplausible, versionUnsupported } from "./diagnostics.ts";

/** Seven int32. */
export const headerBytes = 28;
/** "ak42": begins the files of version 1 and later. */
const magicLaterVersions = 0x616b3432;

/** Reads the header of a version 0 file; a negative vocabulary size means a separate classifier. */
export function readHeader(source: ByteSource): Result<ModelConfig> {
  const where = builtSpan(source.name);
  if (source.size < headerBytes) {
    return fail(headerImplausible(where, { problem: `it has only ${String(source.size)} bytes` }));
  }
  const bytes = new Uint8Array(headerBytes);
  source.readInto(bytes, 0);
  const view = new DataView(bytes.buffer);
  if (view.getInt32(0, true) === magicLaterVersions) {
    return fail(versionUnsupported(where, { version: view.getInt32(4, true) }));
  }
  const fields = Array.from({ length: 7 }, (_, i) => view.getInt32(4 * i, true));
  const config = configOf(fields);
  const problem = findProblem(config);
  return problem === undefined ? ok(config) : fail(headerImplausible(where, { problem }));
}

function configOf(fields: readonly number[]): ModelConfig {
  const [hidden, heads, signedVocab] = [at(fields, 0), at(fields, 3), at(fields, 5)];
  return {
    architecture: "llama",
    hidden,
    ffn: at(fields, 1),
    layers: at(fields, 2),
    heads,
    kvHeads: at(fields, 4),
    headDim: hidden / heads,
    vocab: Math.abs(signedVocab),
    maxContext: at(fields, 6),
    window: undefined,
    fullLayers: [],
    ropeTheta: 10000,
    ropeScaling: { kind: "none" },
    qkvBias: false,
    qkNorm: false,
    normEps: 1e-5,
    tied: signedVocab > 0,
    bosId: 1,
    eosIds: [1, 2], // its training text separates stories by the start token
  };
}

function findProblem(config: ModelConfig): string | undefined {
  const { hidden, ffn, layers, heads, kvHeads, headDim, vocab, maxContext } = config;
  const sizes = {
    dim: hidden,
    hidden_dim: ffn,
    n_layers: layers,
    n_heads: heads,
    n_kv_heads: kvHeads,
    vocab_size: vocab,
    seq_len: maxContext,
  };
  for (const [name, value] of Object.entries(sizes)) {
    if (value < 1) return `${name} = ${String(value)}`;
  }
  if (layers > 4096) return `n_layers = ${String(layers)}`;
  if (headDim % 2 !== 0)
    return `dim = ${String(hidden)} is not divided into ${String(heads)} heads of even size`;
  if (heads % kvHeads !== 0)
    return `${String(heads)} heads do not share ${String(kvHeads)} key/value heads evenly`;
  if (vocab < 3) return `vocab_size = ${String(vocab)}`;
  return undefined;
}
