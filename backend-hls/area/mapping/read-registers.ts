import { at, type Operation, present, type Value } from "../../../ir/index.ts";
import type { Knowledge, RegisterBit } from "./circuit.ts";
import { FALSE, invert, isConstant, type Literal, type LogicNetwork, TRUE } from "./logic-network.ts";
import type { Word } from "./word.ts";

/** Registers of a module: their outputs at once, their inputs when everything else can be read. */
export interface RegisterReader {
  readonly outputs: ReadonlyMap<Operation, Word>;
  readonly inputs: () => readonly RegisterBit[];
}

/** Bits of a register at most: makes the number of a bit. */
const MOST_BITS = 65536;

/**
 * Registers bit by bit. A multiplexer in front of one becomes its enable where it holds the value, its synchronous reset where
 * it loads a constant (Yosys `opt_dff`): neither takes a table.
 */
export function readRegisters(
  logic: LogicNetwork,
  registers: readonly Operation[],
  { registers: known }: Knowledge,
  read: (value: Value) => Word,
): RegisterReader {
  const leaves = new Map<number, Literal>();
  const outputs = new Map<Operation, Word>();
  const keyOf = (word: number, place: number): number => word * MOST_BITS + place;
  registers.forEach((op, word) => {
    for (let place = 0; place < widthOf(op.result); place++)
      if (!known.has(keyOf(word, place))) leaves.set(keyOf(word, place), logic.leaf());
  });
  const bitOf = (key: number): Literal => {
    const fact = known.get(key);
    if (fact === undefined) return present(leaves.get(key), "a register bit");
    return "same" in fact ? bitOf(fact.same) : fact.constant ? TRUE : FALSE;
  };
  registers.forEach((op, word) => {
    outputs.set(
      op,
      Array.from({ length: widthOf(op.result) }, (_, place) => bitOf(keyOf(word, place))),
    );
  });
  const inputs = (): readonly RegisterBit[] =>
    registers.flatMap((op, word) => {
      const control = controlOf(logic, op, read);
      return Array.from({ length: widthOf(op.result) }, (_, place) => place).flatMap((place) => {
        const output = leaves.get(keyOf(word, place));
        if (output === undefined) return [];
        return [
          { kind: "register", key: keyOf(word, place), word, place, output, ...control(place) } as const,
        ];
      });
    });
  return { outputs, inputs };
}

type BitControl = Pick<RegisterBit, "input" | "enable" | "reset" | "resetValue">;

/** What a register loads and when, for each of its bits. */
function controlOf(
  logic: LogicNetwork,
  op: Operation,
  read: (value: Value) => Word,
): (place: number) => BitControl {
  const hasEnable = op.name === "seq.compreg.ce";
  const [when, resetWord] = op.operands.slice(hasEnable ? 3 : 2);
  let enable = hasEnable ? at(read(at(op.operands, 2)), 0) : TRUE;
  let next = at(op.operands, 0);
  for (let mux = muxOf(next); mux !== undefined; mux = muxOf(next)) {
    const [condition, whenTrue, whenFalse] = mux;
    const bit = at(read(condition), 0);
    if (whenFalse === op.result) [next, enable] = [whenTrue, logic.and(enable, bit)];
    else if (whenTrue === op.result) [next, enable] = [whenFalse, logic.and(enable, invert(bit))];
    else break;
  }
  const input = read(next);
  const reset = when === undefined ? FALSE : at(read(when), 0);
  const values = resetWord === undefined ? [] : read(resetWord);
  const mux = reset === FALSE && enable === TRUE ? muxOf(next) : undefined;
  return (place) =>
    (mux === undefined ? undefined : resetByMux(mux, read, place)) ?? {
      input: at(input, place),
      enable,
      reset,
      resetValue: values[place] === TRUE,
    };
}

/** A bit that one side of a multiplexer sets to a constant. */
function resetByMux(
  [condition, whenTrue, whenFalse]: readonly [Value, Value, Value],
  read: (value: Value) => Word,
  place: number,
): BitControl | undefined {
  const bit = at(read(condition), 0);
  const [one, zero] = [at(read(whenTrue), place), at(read(whenFalse), place)];
  if (isConstant(bit) || isConstant(one) === isConstant(zero)) return undefined;
  return isConstant(one)
    ? { input: zero, enable: TRUE, reset: bit, resetValue: one === TRUE }
    : { input: one, enable: TRUE, reset: invert(bit), resetValue: zero === TRUE };
}

function muxOf(value: Value): readonly [Value, Value, Value] | undefined {
  const op = value.producer;
  if (op?.name !== "comb.mux") return undefined;
  return [at(op.operands, 0), at(op.operands, 1), at(op.operands, 2)];
}

function widthOf(value: Value): number {
  return value.type.kind === "int" ? value.type.width : 1;
}
