import { at, type BitNode, CompilerBug, type LogicKind, unreachable } from "../../ir/index.ts";
import type { LutNetwork, Signal } from "./lut-network.ts";

/** Bits of a word, the lowest first. */
export type Word = readonly Signal[];

/** When the bits of a node settle, given when its operands do. Multiplications are blocks and not asked for here. */
export function wordArrivals(net: LutNetwork, node: BitNode, operands: readonly Word[]): Word {
  const [a, b, c] = [operands[0] ?? [], operands[1] ?? [], operands[2] ?? []];
  switch (node.kind) {
    case "constant":
      return Array.from({ length: node.width }, (_, i) => (((node.value >> BigInt(i)) & 1n) === 1n ? 1 : 0));
    case "extract":
      return a.slice(node.low, node.low + node.width);
    case "concat":
      return operands.toReversed().flat();
    case "table":
      return table(net, node.width, node.values.length, a);
    case "logic":
      return logic(net, node.operation, [a, b, c]);
    case "input":
      throw new CompilerBug("an input is a source");
    default:
      return unreachable(node);
  }
}

function logic(net: LutNetwork, operation: LogicKind, [a, b, c]: readonly [Word, Word, Word]): Word {
  const bitwise = (combine: (x: Signal, y: Signal) => Signal): Word => a.map((x, i) => combine(x, at(b, i)));
  switch (operation) {
    case "and":
      return bitwise((x, y) => net.and(x, y));
    case "or":
      return bitwise((x, y) => net.or(x, y));
    case "xor":
      return bitwise((x, y) => net.xor(x, y));
    case "not":
      return a.map((x) => (x === 0 ? 1 : x === 1 ? 0 : x));
    case "mux":
      return b.map((x, i) => net.mux(at(a, 0), x, at(c, i)));
    case "eq":
      return [net.reduce(bitwise((x, y) => net.xor(x, y)))];
    case "add":
      return sum(net, a, b, 0);
    case "sub":
      return sum(
        net,
        a,
        b.map((y) => (y === 0 ? 1 : y === 1 ? 0 : y)),
        1,
      );
    case "ult":
    case "slt":
      return [compare(net, a, b)];
    case "shl":
    case "shr":
    case "mul":
      throw new CompilerBug(`${operation} was to be lowered`);
    default:
      return unreachable(operation);
  }
}

const timeOf = (signal: Signal): number => (typeof signal === "number" ? -Infinity : signal.arrivalPs);

const isKnown = (signal: Signal): signal is 0 | 1 => signal === 0 || signal === 1;

/** A carry chain; low bits where one operand is 0 and no carry comes are wires. */
function sum(net: LutNetwork, a: Word, b: Word, carryIn: 0 | 1): Word {
  const { carryEnterPs, carryPerBitPs, carryLeavePs, sumPs, absorbs } = net.delays;
  let carryPs = -Infinity;
  let carry: 0 | 1 | "wire" = carryIn;
  return a.map((x, i) => {
    const y = at(b, i);
    if (carry !== "wire" && isKnown(x) && isKnown(y)) {
      const total: number = x + y + carry;
      carry = total > 1 ? 1 : 0;
      return total % 2 === 1 ? 1 : 0;
    }
    if (carry === 0 && (x === 0 || y === 0)) return x === 0 ? y : x;
    const operandsPs = Math.max(timeOf(x), timeOf(y));
    const select = absorbs ? timeOf(net.xor(x, y)) : operandsPs;
    const outPs = Math.max(carryPs + carryLeavePs, select + sumPs, 0);
    carryPs = Math.max(carryPs + carryPerBitPs, Math.max(select, operandsPs) + carryEnterPs);
    carry = "wire";
    return net.source(Math.round(outPs));
  });
}

/** Up to as many bits as fit a LUT of each step: then a tree; else a carry chain of two bits a step. */
function compare(net: LutNetwork, a: Word, b: Word): Signal {
  const bits = [...new Set([...a, ...b].filter((signal) => typeof signal !== "number"))];
  if (bits.length === 0) return 0;
  const isConstant = [a, b].some((word) => word.every((signal) => typeof signal === "number"));
  if (bits.length <= net.delays.byInputs.length * (isConstant ? 3 : 1)) return net.reduce(bits);
  const { carryEnterPs, carryPerBitPs, absorbs } = net.delays;
  const step = absorbs ? 2 : 1;
  let carryPs = -Infinity;
  for (let i = 0; i < a.length; i += step) {
    const inputs = [...a.slice(i, i + step), ...b.slice(i, i + step)].filter(
      (signal) => typeof signal !== "number",
    );
    if (inputs.length === 0) continue;
    const select = absorbs ? timeOf(net.gate(inputs)) : Math.max(...inputs.map(timeOf));
    carryPs = Math.max(carryPs + carryPerBitPs, select + carryEnterPs);
  }
  return net.source(Math.round(carryPs + (absorbs ? 0 : net.delays.carryLeavePs)));
}

/** LUTs of the lowest address bits, selected among by the others. */
function table(net: LutNetwork, width: number, depth: number, index: Word): Word {
  const direct = net.delays.byInputs.length;
  const low = index.slice(0, direct);
  let words = Array.from({ length: Math.ceil(depth / 2 ** low.length) }, () =>
    Array.from({ length: width }, () => net.gate(low)),
  );
  for (const select of index.slice(direct)) {
    words = Array.from({ length: Math.ceil(words.length / 2) }, (_, i) => {
      const [even, odd] = [at(words, 2 * i), words[2 * i + 1] ?? at(words, 2 * i)];
      return even.map((bit, k) => net.mux(select, at(odd, k), bit));
    });
  }
  return at(words, 0);
}
