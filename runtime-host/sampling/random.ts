/**
 * A number in [0, 1) that follows from a seed, an answer's number and a position alone, so that what runs beside a request
 * cannot change its tokens. Counters through the 32-bit finalizer of MurmurHash3, 53 bits of two rounds.
 */
export function uniformAt(seed: number, sample: number, position: number): number {
  const base = mix(mix(mix(seed | 0) ^ Math.trunc(seed / 2 ** 32)) ^ (sample + 0x9e3779b9));
  const high = mix(base ^ position);
  const low = mix(high ^ 0x85ebca6b);
  return (high * 2 ** 21 + (low >>> 11)) / 2 ** 53;
}

function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
