import { at, greatestCommonDivisor } from "../../ir/index.ts";
import type { ConvertScope } from "./convert-scope.ts";
import { divideSum } from "./divide-sum.ts";
import { asConstant, factorsOf, linearAdd, linearConstant, linearDivide, linearScale } from "./linear.ts";
import type { ArrayLayout, Linear, NodeId } from "./node.ts";

/** One access of an array in the program. */
export interface Access {
  readonly array: number;
  readonly subscripts: readonly Linear[];
  readonly layout: ArrayLayout;
  readonly width: number;
}

/** The banks an access may meet, and the address within the bank. */
interface Place {
  /** The bank where it is known, else the banks with the 1-bit node that says whether it is this one. */
  readonly candidates: readonly { readonly bank: number; readonly when: NodeId | undefined }[];
  readonly address: readonly NodeId[];
}

/** Reads a cell: from its bank, or from all possible ones with a selection behind them. */
export function loadCell(scope: ConvertScope, access: Access): NodeId {
  const { array, subscripts, width } = access;
  const { candidates, address } = locate(scope, access);
  const values = candidates.map(({ bank, when }) => ({
    when,
    value: scope.builder.load({ kind: "load", array, bank, subscripts }, address, width),
  }));
  if (values.length > LONGEST_CHAIN) return selectOne(scope, values);
  return values
    .slice(1)
    .reduce(
      (chosen, { when, value }) => (when === undefined ? value : scope.builder.select(when, value, chosen)),
      at(values, 0).value,
    );
}

/** More candidates than this are chosen from by a tree. */
const LONGEST_CHAIN = 4;

interface Candidate {
  readonly when: NodeId | undefined;
  readonly value: NodeId;
}

/** The value of the one candidate that is met, by a balanced tree; a pair's right one where it is met, else its left one. */
function selectOne({ builder }: ConvertScope, candidates: readonly Candidate[]): NodeId {
  let level = candidates;
  while (level.length > 1) {
    const next: Candidate[] = [];
    for (let index = 0; index < level.length; index += 2) {
      const [left, right] = [at(level, index), level[index + 1]];
      if (right === undefined) next.push(left);
      else next.push(selectPair(builder, left, right));
    }
    level = next;
  }
  return at(level, 0).value;
}

function selectPair(builder: ConvertScope["builder"], left: Candidate, right: Candidate): Candidate {
  if (right.when === undefined) return right;
  return {
    when: left.when === undefined ? undefined : builder.binary("or", left.when, right.when),
    value: builder.select(right.when, right.value, left.value),
  };
}

/** Writes a cell: to its bank, or to each possible one under the condition that it is the one. */
export function storeCell(scope: ConvertScope, access: Access, value: NodeId): void {
  const { array, subscripts } = access;
  const { candidates, address } = locate(scope, access);
  for (const { bank, when } of candidates) {
    const guard =
      when === undefined
        ? scope.predicate
        : scope.predicate === undefined
          ? when
          : scope.builder.binary("and", scope.predicate, when);
    scope.builder.effect({ kind: "store", array, bank, subscripts }, [value, ...address], 0, guard);
  }
}

function locate(scope: ConvertScope, { subscripts, layout }: Access): Place {
  let bank = 0;
  const dynamic: DynamicBank[] = [];
  let word = linearConstant(0);
  subscripts.forEach((subscript, dim) => {
    const factor = at(layout.factors, dim);
    const stride = layout.factors.slice(dim + 1).reduce((product, next) => product * next, 1);
    const split = divide(scope, subscript, factor, at(layout.words, dim));
    if (split.bank.kind === "known") bank += split.bank.bank * stride;
    else dynamic.push({ factor, stride, ...split.bank, ...residueOf(subscript, factor) });
    word = linearAdd(linearScale(word, at(layout.words, dim)), split.word);
  });
  const addressBits = Math.max(1, (layout.depth - 1).toString(2).length);
  const address = layout.depth === 1 ? [] : [toAddress(scope, word, addressBits)];
  return { candidates: expand(scope, bank, dynamic), address };
}

/** A bank that is computed, of `factor` ones; it leaves the rest `first` when divided by `step`. */
interface DynamicBank {
  readonly factor: number;
  readonly stride: number;
  readonly node: NodeId;
  readonly first: number;
  readonly step: number;
}

/** What is known of a bank number without its value: all terms of the sum are multiples of `step`. */
function residueOf(subscript: Linear, factor: number): Pick<DynamicBank, "first" | "step"> {
  const step = factorsOf(subscript).reduce(greatestCommonDivisor, factor);
  return { first: ((subscript.constant % step) + step) % step, step };
}

type BankIndex =
  | { readonly kind: "known"; readonly bank: number }
  | { readonly kind: "computed"; readonly node: NodeId };

/** Subscript = word · factor + bank. */
function divide(
  scope: ConvertScope,
  subscript: Linear,
  factor: number,
  words: number,
): { readonly bank: BankIndex; readonly word: Linear } {
  if (factor === 1) return { bank: { kind: "known", bank: 0 }, word: subscript };
  if (factorsOf(subscript).every((value) => value % factor === 0)) {
    const bank = ((subscript.constant % factor) + factor) % factor;
    const scaled = linearDivide({ ...subscript, constant: subscript.constant - bank }, factor);
    return { bank: { kind: "known", bank }, word: scaled };
  }
  const { builder } = scope;
  const shift = Math.log2(factor);
  const node = scope.linearNode(subscript);
  const width = builder.widthOf(node);
  if (!Number.isInteger(shift)) {
    if (words !== 1) {
      const { quotient, rest } = divideSum(scope, subscript, factor);
      return { bank: { kind: "computed", node: rest }, word: quotient };
    }
    // The banks are all cells of the dimension: the subscript itself is the bank.
    return { bank: { kind: "computed", node }, word: linearConstant(0) };
  }
  const low: BankIndex = {
    kind: "computed",
    node: builder.slice(builder.signed(node, Math.max(width, shift)), 0, shift),
  };
  if (shift >= width) return { bank: low, word: linearConstant(0) };
  const high = builder.slice(node, shift, width - shift);
  return { bank: low, word: { counters: new Map(), opaque: new Map([[high, 1]]), constant: 0 } };
}

function toAddress(scope: ConvertScope, word: Linear, bits: number): NodeId {
  const known = asConstant(word);
  if (known !== undefined) return scope.builder.constant(BigInt(known), bits);
  return scope.builder.signed(scope.linearNode(word), bits);
}

function expand(scope: ConvertScope, base: number, dynamic: readonly DynamicBank[]): Place["candidates"] {
  const { builder } = scope;
  let candidates: readonly { readonly bank: number; readonly when: NodeId | undefined }[] = [
    { bank: base, when: undefined },
  ];
  for (const { factor, stride, node, first, step } of dynamic) {
    const width = builder.widthOf(node);
    // A value above what the node's bits can say is never met; cut to those bits it would be taken for another one.
    const count = Math.ceil((Math.min(factor, 2 ** width) - first) / step);
    const choices = Array.from({ length: Math.max(1, count) }, (_, n) => {
      const value = first + n * step;
      return { value, when: builder.compare("eq", node, builder.constant(BigInt(value), width)) };
    });
    candidates = candidates.flatMap((candidate) =>
      choices.map(({ value, when }) => ({
        bank: candidate.bank + value * stride,
        when: candidate.when === undefined ? when : builder.binary("and", candidate.when, when),
      })),
    );
  }
  return candidates;
}
