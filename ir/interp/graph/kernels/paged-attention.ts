/* Step 4 of a layer of docs/numerics.md, "Integer reference". */
import { expF32 } from "../../../numerics/f32-exp.ts";
import { recipF32 } from "../../../numerics/f32-recip.ts";
import {
  addF32,
  exponentF32,
  f32ToSigned,
  maxF32,
  mulF32,
  scale2F32,
  signedToF32,
  subF32,
} from "../../../numerics/f32-semantics.ts";
import type { ByteKv } from "../kv-state.ts";
import { dotBytes } from "./quantize.ts";
import type { Run } from "./visible.ts";

const LOWEST = -(2 ** 100);

/** A query head: int8 channels, its scale with 1/sqrt(d), the key/value head that it reads. */
export interface QueryHead {
  readonly q: Int8Array;
  readonly sq: number;
  readonly kvHead: number;
}

/** o = attention of one query head over the runs of its row. */
export function attendBytes(o: Float32Array, query: QueryHead, cache: ByteKv, runs: readonly Run[]): void {
  let [m, l] = [LOWEST, 0];
  o.fill(0);
  for (const run of runs) {
    const scores = scoresOf(query, cache, run);
    const next = scores.reduce(maxF32, m);
    const alpha = expF32(subF32(m, next));
    const p = scores.map((score) => expF32(subF32(score, next)));
    const sum = p.reduce((total, value) => total + f32ToSigned(scale2F32(value, 15), 32), 0);
    l = addF32(mulF32(l, alpha), scale2F32(signedToF32(sum), -15));
    accumulate(o, alpha, p, { cache, run, kvHead: query.kvHead });
    m = next;
  }
  const inverse = recipF32(l);
  for (let d = 0; d < o.length; d++) o[d] = mulF32(o[d] ?? 0, inverse);
}

function scoresOf(
  { q, sq, kvHead }: QueryHead,
  { keys, keyScales, shape }: ByteKv,
  { first, count }: Run,
): Float32Array {
  return Float32Array.from({ length: count }, (_, j) => {
    const head = (first + j) * shape.kv_heads + kvHead;
    return mulF32(mulF32(signedToF32(dotBytes(q, keys, head * shape.head_dim)), sq), keyScales[head] ?? 0);
  });
}

/** The keys and values of one head over one run. */
interface HeadRun {
  readonly cache: ByteKv;
  readonly run: Run;
  readonly kvHead: number;
}

/** acc = acc * alpha + the run's values weighted with p, summed in integers in units of 2^(E - 14). */
function accumulate(
  acc: Float32Array,
  alpha: number,
  p: Float32Array,
  { cache, run, kvHead }: HeadRun,
): void {
  const { values, valueScales, shape } = cache;
  const heads = Array.from(p, (_, j) => (run.first + j) * shape.kv_heads + kvHead);
  const exponent = Math.max(...heads.map((head) => exponentF32(valueScales[head] ?? 0)));
  const weights = heads.map((head, j) =>
    f32ToSigned(scale2F32(mulF32(p[j] ?? 0, valueScales[head] ?? 0), 14 - exponent), 32),
  );
  for (let d = 0; d < acc.length; d++) {
    let sum = 0;
    heads.forEach((head, j) => {
      sum += (weights[j] ?? 0) * (values[head * shape.head_dim + d] ?? 0);
    });
    acc[d] = addF32(mulF32(acc[d] ?? 0, alpha), scale2F32(signedToF32(sum), exponent - 14));
  }
}
