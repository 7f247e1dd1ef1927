import type { Circuit, Knowledge, Part, RegisterBit } from "./circuit.ts";
import { isConstant, type Literal } from "./logic-network.ts";

/** What of a circuit something outside depends on. */
export interface LiveCircuit extends Circuit {
  /** Result bits of sums and products that are used, from the lowest to the highest used one. */
  readonly used: ReadonlyMap<Part, number>;
}

/** Bits that a part needs for its lowest `used` result bits. */
export function inputsOf(part: Part, used: number): readonly Literal[] {
  switch (part.kind) {
    case "register":
      return [part.input, part.enable, part.reset];
    case "sum":
      return [...part.left.slice(0, used), ...part.right.slice(0, used), part.carryIn];
    case "comparison":
      return [...part.propagate, ...part.generate];
    case "product":
    case "soft-product":
      return [...part.left, ...part.right];
    case "memory":
      return [...part.writes, ...part.reads.flatMap(({ inputs }) => inputs)];
  }
}

function outputsOf(part: Part): readonly Literal[] {
  switch (part.kind) {
    case "register":
    case "comparison":
      return [part.output];
    case "memory":
      return part.reads.flatMap(({ outputs }) => outputs);
    case "sum":
    case "product":
    case "soft-product":
      return part.outputs;
  }
}

/** Walks from what leaves the module back through logic and parts. */
export function liveCircuit(circuit: Circuit): LiveCircuit {
  const { logic, parts, roots } = circuit;
  const makers = new Map<number, { readonly part: Part; readonly bit: number }>();
  for (const part of parts)
    outputsOf(part).forEach((output, bit) => {
      makers.set(output >> 1, { part, bit });
    });
  const used = new Map<Part, number>();
  const seen = new Uint8Array(logic.size);
  const pending = roots.map((root) => root >> 1);
  const need = (part: Part, bits: number): void => {
    const before = used.get(part);
    if (before !== undefined && before >= bits) return;
    used.set(part, bits);
    for (const input of inputsOf(part, bits)) pending.push(input >> 1);
  };
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen[node] === 1 || node === 0) continue;
    seen[node] = 1;
    if (logic.isLeaf(node)) {
      const maker = makers.get(node);
      if (maker !== undefined) need(maker.part, maker.bit + 1);
    } else pending.push(logic.left(node) >> 1, logic.right(node) >> 1);
  }
  return { logic, parts: parts.filter((part) => used.has(part)), roots, used };
}

/** Adds to `knowledge` what a reading tells; whether there was anything new. */
export function learn({ parts, used }: LiveCircuit, knowledge: Knowledge): boolean {
  let isNew = false;
  const first = new Map<string, number>();
  for (const part of parts) {
    if (part.kind === "register") isNew = learnRegister(part, knowledge, first) || isNew;
    else if (part.kind === "sum" || part.kind === "product" || part.kind === "soft-product") {
      const width = part.low + (used.get(part) ?? 0);
      if (width >= (knowledge.widths.get(part.key) ?? Infinity) || used.get(part) === part.outputs.length)
        continue;
      knowledge.widths.set(part.key, width);
      isNew = true;
    }
  }
  return isNew;
}

function learnRegister(bit: RegisterBit, { registers }: Knowledge, first: Map<string, number>): boolean {
  const { input, enable, reset, resetValue, key, output } = bit;
  const holds = input === output || enable === 0;
  if ((isConstant(input) || holds) && (reset === 0 || holds || resetValue === (input === 1))) {
    registers.set(key, { constant: holds ? resetValue : input === 1 });
    return true;
  }
  const text = `${String(input)},${String(enable)},${String(reset)},${String(resetValue)}`;
  const same = first.get(text);
  if (same === undefined) first.set(text, key);
  else registers.set(key, { same });
  return same !== undefined;
}

/** How often each leaf is read: by ands, and by parts or roots. */
export function countReaders({ logic, parts, roots, used }: LiveCircuit): Int32Array {
  const readers = new Int32Array(logic.size);
  const seen = new Uint8Array(logic.size);
  const pending: number[] = [];
  const read = (literal: Literal): void => {
    const node = literal >> 1;
    readers[node] = (readers[node] ?? 0) + 1;
    if (!logic.isLeaf(node) && seen[node] === 0) {
      seen[node] = 1;
      pending.push(node);
    }
  };
  roots.forEach(read);
  for (const part of parts) inputsOf(part, used.get(part) ?? 0).forEach(read);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    read(logic.left(node));
    read(logic.right(node));
  }
  return readers;
}
