import { at } from "../../ir/index.ts";
import { type Histories, type History, tokensOf } from "./history.ts";

/** A slot that nothing was written to, and one that goes on from the slot before it; other slots begin with their length. */
const [EMPTY, NEXT] = [-1, -2];

/** The contents of a block's slots, as words that mean the same on every device. */
export function encodeSlots(slots: readonly (History | undefined)[]): Uint8Array {
  const words = slots.flatMap((slot, index) => {
    if (slot === undefined) return [EMPTY];
    const before = slots[index - 1];
    if (before !== undefined && slot.before === before) return [NEXT, slot.token];
    const tokens = tokensOf(slot);
    return [tokens.length, ...tokens];
  });
  return new Uint8Array(Int32Array.from(words).buffer);
}

/** The slots that {@link encodeSlots} was given, among the histories of this device. */
export function decodeSlots(bytes: Uint8Array, histories: Histories): readonly (History | undefined)[] {
  const words = new Int32Array(bytes.slice().buffer);
  const slots: (History | undefined)[] = [];
  let from = 0;
  while (from < words.length) {
    const length = at(words, from++);
    if (length === EMPTY) slots.push(undefined);
    else if (length === NEXT) slots.push(histories.append(slots.at(-1), at(words, from++)));
    else {
      let slot: History | undefined;
      for (const token of words.subarray(from, from + length)) slot = histories.append(slot, token);
      slots.push(slot);
      from += length;
    }
  }
  return slots;
}
