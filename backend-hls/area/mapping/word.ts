import { at } from "../../../ir/index.ts";
import { FALSE, invert, type Literal, type LogicNetwork, TRUE } from "./logic-network.ts";

/** The bits of a value, lowest first. */
export type Word = readonly Literal[];

/** A constant's bits. */
export function constantWord(value: bigint, width: number): Word {
  return Array.from({ length: width }, (_, bit) => (((value >> BigInt(bit)) & 1n) === 1n ? TRUE : FALSE));
}

/** A word of new leaves. */
export function leafWord(logic: LogicNetwork, width: number): Word {
  return Array.from({ length: width }, () => logic.leaf());
}

/** Bit by bit. */
export function zip(a: Word, b: Word, combine: (x: Literal, y: Literal) => Literal): Word {
  return a.map((bit, index) => combine(bit, at(b, index)));
}

/** The opposite of each bit. */
export function invertWord(word: Word): Word {
  return word.map(invert);
}

/** A word that is `width` bits long by repeating its top bit, or by zeros. */
export function extend(word: Word, width: number, isSigned: boolean): Word {
  const top = isSigned ? (word.at(-1) ?? FALSE) : FALSE;
  return Array.from({ length: width }, (_, bit) => word[bit] ?? top);
}

/** The fewest bits that say the same: zeros on top of an unsigned number and copies of the sign are left out; at least one bit. */
export function narrowed(word: Word): { readonly bits: Word; readonly isSigned: boolean } {
  const top = word.at(-1) ?? FALSE;
  let length = word.length;
  if (top === FALSE) {
    while (length > 1 && word[length - 1] === FALSE) length -= 1;
    return { bits: word.slice(0, length), isSigned: false };
  }
  while (length > 1 && word[length - 2] === top) length -= 1;
  return { bits: word.slice(0, length), isSigned: true };
}

/** A variable shift as synthesis makes it: a level of multiplexers for each bit of the amount. */
export function shiftWord(
  logic: LogicNetwork,
  kind: "shl" | "shru" | "shrs",
  word: Word,
  amount: Word,
): Word {
  const fill = kind === "shrs" ? (word.at(-1) ?? FALSE) : FALSE;
  let shifted = word;
  amount.forEach((condition, level) => {
    const by = 2 ** Math.min(level, 30);
    const before = shifted;
    shifted = before.map((bit, index) => {
      const from = kind === "shl" ? index - by : index + by;
      const moved = from < 0 ? FALSE : (before[from] ?? fill);
      return logic.mux(condition, moved, bit);
    });
  });
  return shifted;
}

/** Whether two words are equal. */
export function equalWords(logic: LogicNetwork, a: Word, b: Word): Literal {
  return allOf(
    logic,
    zip(a, b, (x, y) => invert(logic.xor(x, y))),
  );
}

/** A balanced and of bits. */
function allOf(logic: LogicNetwork, bits: Word): Literal {
  let left = [...bits];
  while (left.length > 1)
    left = Array.from({ length: Math.ceil(left.length / 2) }, (_, pair) =>
      logic.and(at(left, 2 * pair), left[2 * pair + 1] ?? TRUE),
    );
  return left[0] ?? TRUE;
}

/** The word that an address selects among `words` (ROMs become logic). */
export function selectWord(logic: LogicNetwork, words: readonly Word[], address: Word): Word {
  let left = words;
  for (const condition of address) {
    const below = left;
    left = Array.from({ length: Math.ceil(below.length / 2) }, (_, pair) => {
      const low = at(below, 2 * pair);
      const high = below[2 * pair + 1] ?? low.map(() => FALSE);
      return zip(high, low, (one, zero) => logic.mux(condition, one, zero));
    });
  }
  return left[0] ?? [];
}
