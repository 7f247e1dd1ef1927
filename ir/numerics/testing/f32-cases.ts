/** Deterministic float32 test words, aimed at where arithmetic goes wrong. All words are unsigned 32-bit integers. */
import { type ScalarType, scalarWidth } from "../primitives.ts";

/** A source of uniform unsigned 32-bit integers. */
export type RandomWord = () => number;

/** Marsaglia's xorshift with a Weyl sequence: repeatable, no state outside. */
export function randomWords(seed: number): RandomWord {
  let state = (seed ^ 0x9e37_79b9) >>> 0 || 1;
  let weyl = 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    weyl = (weyl + 362_437) >>> 0;
    return (state + weyl) >>> 0;
  };
}

/** Zeros, subnormals, the ends of the normal range, infinities, NaNs, and numbers around one. */
export const SPECIAL_WORDS: readonly number[] = [
  0, 1, 0x40_0000, 0x7f_ffff, 0x80_0000, 0x80_0001, 0xff_ffff, 0x100_0000, 0x3f7f_ffff, 0x3f80_0000,
  0x3f80_0001, 0x3fff_ffff, 0x4000_0000, 0x4b7f_ffff, 0x4b80_0000, 0x7f00_0000, 0x7f7f_ffff, 0x7f80_0000,
  0x7f80_0001, 0x7fc0_0000, 0x7fff_ffff, 0x7ec0_0000, 0x0180_0000, 0x3f00_0000, 0x3fc0_0000, 0x33ff_ffff,
].flatMap((word) => [word, (word | 0x8000_0000) >>> 0]);

type Pair = readonly [number, number];
type Stratum = (next: RandomWord) => Pair;

function word(sign: number, exponent: number, fraction: number): number {
  return (((sign & 1) << 31) | (Math.min(Math.max(exponent, 0), 255) << 23) | (fraction & 0x7f_ffff)) >>> 0;
}

/** A fraction that is often sparse, full, or has its interesting bits at an end. */
function fraction(next: RandomWord): number {
  const value = next();
  switch (next() % 6) {
    case 0:
      return value;
    case 1:
      return value & next() & next();
    case 2:
      return value | next() | next();
    case 3:
      return value << (next() % 23);
    case 4:
      return (1 << (value % 24)) - 1;
    default:
      return -(value % 4);
  }
}

function normal(next: RandomWord): number {
  return word(next(), 1 + (next() % 254), fraction(next));
}

function withDistance(low: number, span: number): Stratum {
  return (next) => {
    const exponent = 1 + (next() % 254);
    const distance = low + (next() % span);
    const pair: Pair = [
      word(next(), exponent, fraction(next)),
      word(next(), exponent - distance, fraction(next)),
    ];
    return next() % 2 === 0 ? pair : [pair[1], pair[0]];
  };
}

/** Exponents that add up to a given product exponent (biased), give or take two. */
function withProductExponent(product: number): Stratum {
  return (next) => {
    const total = product + 127 + (next() % 5) - 2;
    const low = Math.max(1, total - 254);
    const exponent = low + (next() % (Math.min(254, total - 1) - low + 1));
    return [word(next(), exponent, fraction(next)), word(next(), total - exponent, fraction(next))];
  };
}

/** Significands of 12 and 13 bits: their products are often ties. */
function tie(next: RandomWord): Pair {
  const total = next() % 2 === 0 ? 127 + 127 : 127 + (next() % 3);
  const exponent = 1 + (next() % (total - 1));
  const fractions = [(next() << 12) | 0x1000, (next() << 11) | 0x800];
  return [word(next(), exponent, fractions[0] ?? 0), word(next(), total - exponent, fractions[1] ?? 0)];
}

/** Products within a few units of 2^-126, the smallest normal number. */
function nearSmallestNormal(next: RandomWord): Pair {
  const [a, b] = [new Float32Array(1), new Float32Array(1)];
  const bits = new Uint32Array(b.buffer);
  new Uint32Array(a.buffer)[0] = word(0, 64 + (next() % 60), fraction(next));
  b[0] = 2 ** -126 / (a[0] ?? 1);
  return [new Uint32Array(a.buffer)[0] ?? 0, ((bits[0] ?? 0) + (next() % 5) - 2) >>> 0];
}

const STRATA: readonly Stratum[] = [
  withDistance(0, 1), // cancellation
  withDistance(0, 4), // close exponents
  withDistance(22, 6), // the smaller operand is all rounding
  withDistance(1, 40),
  (next) => [
    word(next(), 254 - (next() % 3), fraction(next)),
    word(next(), 254 - (next() % 26), fraction(next)),
  ], // sum overflows
  (next) => [word(next(), next() % 4, fraction(next)), word(next(), next() % 27, fraction(next))], // sum underflows
  withProductExponent(0), // product underflows
  withProductExponent(254), // product overflows
  tie,
  nearSmallestNormal,
  (next) => [normal(next), normal(next)],
  (next) => [
    SPECIAL_WORDS[next() % SPECIAL_WORDS.length] ?? 0,
    SPECIAL_WORDS[next() % SPECIAL_WORDS.length] ?? 0,
  ],
  (next) => [SPECIAL_WORDS[next() % SPECIAL_WORDS.length] ?? 0, normal(next)],
];

/** The next pair of operands, from a stratum chosen at random. */
function stratifiedPair(next: RandomWord): Pair {
  return STRATA[next() % STRATA.length]?.(next) ?? [0, 0];
}

/** A single operand: a special word, any word, or one with an interesting fraction and a moderate exponent. */
export function stratifiedWord(next: RandomWord): number {
  switch (next() % 4) {
    case 0:
      return SPECIAL_WORDS[next() % SPECIAL_WORDS.length] ?? 0;
    case 1:
      return next();
    case 2:
      return normal(next);
    default:
      return word(next(), 95 + (next() % 68), fraction(next));
  }
}

/** Operand words for a primitive: two floats from {@link stratifiedPair}, others each on their own. */
export function stratifiedOperands(types: readonly ScalarType[], next: RandomWord): number[] {
  if (types.length === 2 && types.every((type) => type === "f32")) return [...stratifiedPair(next)];
  if (types.length === 2 && types.every((type) => type === "bf16"))
    return stratifiedPair(next).map((pair) => pair >>> 16);
  return types.map((type) => stratifiedScalar(type, next));
}

/** Words of f16 are short enough for any word to be interesting, and neighbours of powers of two twice as likely. */
function stratifiedScalar(type: ScalarType, next: RandomWord): number {
  if (type === "f32") return stratifiedWord(next);
  if (type === "bf16") return stratifiedWord(next) >>> 16;
  if (type === "f16")
    return next() % 2 === 0 ? next() & 0xffff : ((next() & 0xfc00) + (next() % 5) - 2) & 0xffff;
  return stratifiedInteger(scalarWidth(type), next);
}

/** Uniform operand words of the right widths. */
export function randomOperands(types: readonly ScalarType[], next: RandomWord): number[] {
  return types.map((type) => uniform(scalarWidth(type), next));
}

function uniform(width: number, next: RandomWord): number {
  return width <= 32 ? next() % 2 ** width : (next() % 2 ** (width - 32)) * 2 ** 32 + next();
}

/** Integers of every magnitude and either sign, as unsigned words of the given width. */
function stratifiedInteger(width: number, next: RandomWord): number {
  const magnitude = Math.floor(uniform(width, next) / 2 ** (next() % width));
  const value = next() % 4 === 0 ? roundedToPower(magnitude, next) : magnitude;
  const signed = (next() % 2 === 0 ? value : -value) % 2 ** width;
  return signed < 0 ? signed + 2 ** width : signed + 0;
}

/** Near a value with 24 or 25 significant bits, where conversions round. */
function roundedToPower(magnitude: number, next: RandomWord): number {
  const unit = Math.max(1, 2 ** (Math.floor(Math.log2(magnitude + 1)) - 24));
  return Math.floor(magnitude / unit) * unit + (next() % 3);
}
