import { at } from "../../../ir/index.ts";
import type { Part, RegisterBit, Sum } from "./circuit.ts";
import type { LiveCircuit } from "./live-parts.ts";
import { FALSE, type Literal } from "./logic-network.ts";
import type { Word } from "./word.ts";

/** Registers and adders that multiplier blocks have inside. */
export interface Absorbed {
  readonly registers: ReadonlySet<RegisterBit>;
  readonly sums: ReadonlySet<Sum>;
}

/** Registers that a block has in front of an operand. */
const OPERAND_LEVELS = 2;

/** Widest result of a block. */
const WIDEST_SUM = 48;

/**
 * What a multiplier block takes in (Yosys `xilinx_dsp`): registers in front of its operands, behind its product, an adder whose
 * one operand is the product alone, and a register behind that.
 */
export function absorbRegisters({ parts, used }: LiveCircuit, readers: Int32Array): Absorbed {
  const index = new AbsorptionIndex(parts);
  const registers = new Set<RegisterBit>();
  const sums = new Set<Sum>();
  const takenBy = new Map<RegisterBit, number>();
  const take = (bits: readonly RegisterBit[]): void => {
    for (const bit of bits) takenBy.set(bit, (takenBy.get(bit) ?? 0) + 1);
  };
  for (const product of parts) {
    if (product.kind !== "product") continue;
    for (const operand of [product.left, product.right]) take(operandRegisters(index, operand));
    let result: Word = product.outputs.slice(0, used.get(product));
    result = resultRegister(index, registers, readers, result);
    const sum = index.sumOf(result, readers);
    if (sum !== undefined && !sums.has(sum)) {
      sums.add(sum);
      const other = sum.left[0] === result[0] ? sum.right : sum.left;
      take(index.registerOf(withoutSign(other)) ?? []);
      result = sum.outputs.slice(0, used.get(sum));
    }
    resultRegister(index, registers, readers, result);
  }
  for (const [bit, times] of takenBy) if (times >= at(readers, bit.output >> 1)) registers.add(bit);
  return { registers, sums };
}

/** The registers in front of an operand, up to two levels. */
function operandRegisters(index: AbsorptionIndex, operand: Word): readonly RegisterBit[] {
  const found: RegisterBit[] = [];
  let word = withoutSign(operand);
  for (let level = 0; level < OPERAND_LEVELS; level++) {
    const bits = index.registerOf(word);
    if (bits === undefined) break;
    found.push(...bits);
    word = bits.map(({ input }) => input);
  }
  return found;
}

/** The register that alone reads a word: taken in. What the block gives then. Bits that nobody reads do not matter. */
function resultRegister(
  index: AbsorptionIndex,
  registers: Set<RegisterBit>,
  readers: Int32Array,
  word: Word,
): Word {
  const live = word.filter((bit) => at(readers, bit >> 1) > 0);
  const found = word.map((bit) => (at(readers, bit >> 1) === 1 ? index.readerOf(bit) : undefined));
  const bits = found.filter((bit) => bit !== undefined);
  const offsets = found.flatMap((bit, place) => (bit === undefined ? [] : [bit.place - place]));
  if (bits.length === 0 || bits.length !== live.length) return word;
  if (!isOneWord(bits) || new Set(offsets).size > 1) return word;
  for (const bit of bits) registers.add(bit);
  return word.map((bit, place) => found[place]?.output ?? bit);
}

class AbsorptionIndex {
  readonly #byOutput = new Map<Literal, RegisterBit>();
  readonly #byInput = new Map<Literal, RegisterBit>();
  readonly #sums = new Map<Literal, Sum>();

  constructor(parts: readonly Part[]) {
    for (const part of parts) {
      if (part.kind === "register") {
        this.#byOutput.set(part.output, part);
        this.#byInput.set(part.input, part);
      } else if (part.kind === "sum" && part.carryIn === FALSE && part.outputs.length <= WIDEST_SUM) {
        for (const operand of [part.right, part.left]) this.#sums.set(at(operand, 0), part);
      }
    }
  }

  /** The register whose output is the word. */
  registerOf(word: Word): readonly RegisterBit[] | undefined {
    const bits = word.map((bit) => this.#byOutput.get(bit)).filter((bit) => bit !== undefined);
    const isInOrder = bits.every(({ place }, index) => place === at(bits, 0).place + index);
    return bits.length === word.length && isInOrder && isOneWord(bits) ? bits : undefined;
  }

  readerOf(bit: Literal): RegisterBit | undefined {
    return this.#byInput.get(bit);
  }

  /** The sum that alone reads a word, as a whole operand. */
  sumOf(word: Word, readers: Int32Array): Sum | undefined {
    const sum = this.#sums.get(at(word, 0));
    if (sum === undefined) return undefined;
    const operand = [sum.left, sum.right].find(([low]) => low === word[0]);
    const isWhole = operand !== undefined && word.every((bit, place) => operand[place] === bit);
    if (!isWhole) return undefined;
    const top = at(word, word.length - 1);
    const above = operand.slice(word.length);
    const isExtended = above.every((bit) => bit === top) || above.every((bit) => bit === FALSE);
    const isAlone = word.slice(0, -1).every((bit) => at(readers, bit >> 1) === 1);
    return isExtended && isAlone ? sum : undefined;
  }
}

/** Bits of one register with the same conditions. */
function isOneWord(bits: readonly RegisterBit[]): boolean {
  const [first] = bits;
  return (
    first !== undefined &&
    bits.every(
      ({ word, enable, reset, resetValue }) =>
        word === first.word && enable === first.enable && reset === first.reset && !resetValue,
    )
  );
}

function withoutSign(word: Word): Word {
  let length = word.length;
  while (length > 1 && word[length - 1] === word[length - 2]) length -= 1;
  return word.slice(0, length);
}
