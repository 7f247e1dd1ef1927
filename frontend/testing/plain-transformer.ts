/*
 * A decoder as the transformers library writes it, in doubles: whole sequence at once, tensors by their names in the file,
 * fields by their names in config.json. It shares nothing with the readers or the executors.
 */
import { at, present } from "../../ir/index.ts";

type Vector = readonly number[];

/** The fields of config.json that the computation reads; all explicit, no defaults. */
export interface PlainConfig {
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly rms_norm_eps: number;
  readonly tie_word_embeddings: boolean;
  /** Keys that each layer sees, its own included; undefined: all. */
  readonly windows: readonly (number | undefined)[];
  /** Radians per position of each pair of channels. */
  readonly inv_freq: Vector;
}

/** The tensors of a file by name. */
export type PlainTensors = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly values: Vector }
>;

const range = (count: number): Vector => Array.from({ length: count }, (_, i) => i);
const sum = (v: Vector): number => v.reduce((a, b) => a + b, 0);
const dot = (a: Vector, b: Vector): number => sum(a.map((x, i) => x * at(b, i)));
const plus = (a: Vector, b: Vector): Vector => a.map((x, i) => x + at(b, i));

/** Logits behind each token. */
export function plainLogits(config: PlainConfig, tensors: PlainTensors, ids: Vector): readonly Vector[] {
  const values = (name: string): Vector => present(tensors.get(name), name).values;
  const linear = (module: string, x: Vector): Vector => {
    const { shape, values: w } = present(tensors.get(`${module}.weight`), module);
    const [rows = 0, columns = 0] = shape;
    const bias = tensors.get(`${module}.bias`)?.values;
    return range(rows).map((n) => dot(w.slice(n * columns, (n + 1) * columns), x) + (bias?.[n] ?? 0));
  };
  const norm = (module: string, x: Vector): Vector => {
    const factor = 1 / Math.sqrt(dot(x, x) / x.length + config.rms_norm_eps);
    return x.map((value, i) => value * factor * at(values(`${module}.weight`), i));
  };
  const { head_dim: d } = config;
  const turn = (x: Vector, position: number): Vector =>
    x.map((value, i) => {
      const angle = position * at(config.inv_freq, i % (d / 2));
      const rotated = i < d / 2 ? -at(x, i + d / 2) : at(x, i - d / 2);
      return value * Math.cos(angle) + rotated * Math.sin(angle);
    });
  const heads = (module: string, x: Vector, normed: string | undefined): readonly Vector[] => {
    const y = linear(module, x);
    const parts = range(y.length / d).map((h) => y.slice(h * d, (h + 1) * d));
    return normed !== undefined && tensors.has(`${normed}.weight`)
      ? parts.map((part) => norm(normed, part))
      : parts;
  };
  const hiddenSize = at(present(tensors.get("model.embed_tokens.weight"), "embedding").shape, 1);
  let hidden: readonly Vector[] = ids.map((id) =>
    values("model.embed_tokens.weight").slice(id * hiddenSize, (id + 1) * hiddenSize),
  );
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const base = `model.layers.${String(layer)}`;
    const own = `${base}.self_attn`;
    const normed = hidden.map((x) => norm(`${base}.input_layernorm`, x));
    const q = normed.map((x, t) => heads(`${own}.q_proj`, x, `${own}.q_norm`).map((head) => turn(head, t)));
    const k = normed.map((x, t) => heads(`${own}.k_proj`, x, `${own}.k_norm`).map((head) => turn(head, t)));
    const v = normed.map((x) => heads(`${own}.v_proj`, x, undefined));
    const group = config.num_attention_heads / config.num_key_value_heads;
    hidden = hidden.map((x, t) => {
      const seen = range(t + 1).filter((j) => t - j < (config.windows[layer] ?? ids.length));
      const attended = range(config.num_attention_heads).flatMap((h) => {
        const g = Math.floor(h / group);
        const weights = seen.map((j) => Math.exp(dot(at(at(q, t), h), at(at(k, j), g)) / Math.sqrt(d)));
        const total = sum(weights);
        return range(d).map((c) =>
          sum(seen.map((j, i) => (at(weights, i) / total) * at(at(at(v, j), g), c))),
        );
      });
      const middle = plus(x, linear(`${own}.o_proj`, attended));
      const inner = norm(`${base}.post_attention_layernorm`, middle);
      const [gate, up] = [linear(`${base}.mlp.gate_proj`, inner), linear(`${base}.mlp.up_proj`, inner)];
      const activated = gate.map((value, i) => (value / (1 + Math.exp(-value))) * at(up, i));
      return plus(middle, linear(`${base}.mlp.down_proj`, activated));
    });
  }
  const head = config.tie_word_embeddings ? "model.embed_tokens" : "lm_head";
  return hidden.map((x) => linear(head, norm("model.norm", x)));
}
