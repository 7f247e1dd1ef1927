import type { Operation } from "../../../ir/index.ts";
import type { DeviceFamily } from "../../library/table-types.ts";
import { addCells, type CellCounts, NO_CELLS } from "../counts.ts";
import { absorbRegisters } from "./absorb-registers.ts";
import type { Knowledge, Memory, Part, RegisterBit, SoftProduct, Sum } from "./circuit.ts";
import { FAMILIES, type MappingFamily } from "./families.ts";
import { countReaders, inputsOf, type LiveCircuit, learn, liveCircuit } from "./live-parts.ts";
import { invert, isConstant, type Literal, TRUE } from "./logic-network.ts";
import { mapLuts } from "./map-luts.ts";
import { readCircuit } from "./read-circuit.ts";
import { countRegisters } from "./shift-registers.ts";

/** Readings of a module until nothing new is found, at most. */
const MOST_READINGS = 8;

/**
 * Cells of one `hw.module` without the modules inside it, as Yosys maps it: constants and unused bits go, equal registers are one,
 * multiplexers in front of registers become enables and resets, chains become shift registers, products go into blocks with the
 * registers around them, and the rest is covered with lookup tables.
 */
export function moduleCells(module: Operation, family: DeviceFamily): CellCounts {
  const rules = FAMILIES[family];
  const circuit = settledCircuit(module, rules);
  const readers = countReaders(circuit);
  const { registers, sums } =
    rules.arithmetic.multiplier?.absorbs === true
      ? absorbRegisters(circuit, readers)
      : { registers: new Set<RegisterBit>(), sums: new Set<Sum>() };
  const parts = circuit.parts.filter(
    (part) => !(part.kind === "register" && registers.has(part)) && !(part.kind === "sum" && sums.has(part)),
  );
  const absorbed = [...sums].flatMap((sum) => inputsOf(sum, circuit.used.get(sum) ?? 0));
  const roots = [
    ...circuit.roots,
    ...absorbed,
    ...[...registers].flatMap((bit) => [bit.enable, bit.reset]),
    ...parts.flatMap((part) => rootsOf(circuit, part, rules)),
  ];
  const bits = parts.filter((part) => part.kind === "register");
  const cells = countRegisters(bits, readers, rules.shiftTables);
  const tables = mapLuts(circuit.logic, roots, rules.tables) + countInverters(circuit, roots);
  const own = {
    lut: Math.round(tables * rules.tableFactor) + cells.tables,
    ff: cells.registers,
    dsp: 0,
    bram18: 0,
  };
  return parts.reduce<CellCounts>((sum, part) => addCells(sum, partCells(circuit, part, rules)), own);
}

/** Reads a module again and again with what the reading before found out. */
function settledCircuit(module: Operation, rules: MappingFamily): LiveCircuit {
  const knowledge: Knowledge = { registers: new Map(), widths: new Map() };
  for (let reading = 1; ; reading++) {
    const circuit = liveCircuit(readCircuit(module, rules, knowledge));
    if (reading === MOST_READINGS || !learn(circuit, knowledge)) return circuit;
  }
}

/** Bits that tables must make in front of a part. */
function rootsOf({ logic, used }: LiveCircuit, part: Part, { carry }: MappingFamily): readonly Literal[] {
  const bits = used.get(part) ?? 0;
  if (part.kind === "comparison")
    return part.propagate.flatMap((propagate, index) => {
      const generate = part.generate[index] ?? 0;
      return [logic.and(propagate, invert(generate)), generate];
    });
  if (part.kind !== "sum" || carry !== "behind-table") return inputsOf(part, bits);
  const left = part.left.slice(0, bits);
  return [...left, ...left.map((bit, index) => logic.xor(bit, part.right[index] ?? 0)), part.carryIn];
}

/** Leaves that are needed inverted: a table each. */
function countInverters({ logic }: LiveCircuit, roots: readonly Literal[]): number {
  const inverted = roots.filter((root) => !isConstant(root) && (root & 1) === 1 && logic.isLeaf(root >> 1));
  return new Set(inverted).size;
}

/** Cells of a part beside the tables in front of it. */
function partCells({ used }: LiveCircuit, part: Part, rules: MappingFamily): Partial<CellCounts> {
  switch (part.kind) {
    case "sum":
      return rules.carry === "in-table" ? { lut: used.get(part) ?? 0 } : {};
    case "product":
      return { dsp: 1 };
    case "soft-product":
      return { lut: softTables(part, rules) };
    case "memory":
      return memoryCells(part, rules);
    case "register":
    case "comparison":
      return {};
  }
}

/** Tables of a product without hard blocks: a sum for each bit of a constant that is 1, else partial products and their sum. */
function softTables({ left, right, outputs }: SoftProduct, { softBit }: MappingFamily): number {
  const constant = [left, right].find((word) => word.every(isConstant));
  if (constant === undefined)
    return Math.round(softBit * Math.min(left.length * right.length, (outputs.length * outputs.length) / 2));
  const ones = constant.filter((bit) => bit === TRUE).length;
  return Math.max(0, ones - 1) * outputs.length;
}

/** Cells of a memory: as many copies as it has readers. */
function memoryCells(
  { depth, width, style, reads, extraRegisters }: Memory,
  rules: MappingFamily,
): Partial<CellCounts> {
  const copies = reads.length;
  if (style === "block")
    return { bram18: copies * rules.blockRams(depth, width), ff: Math.min(0, extraRegisters) };
  return addCells({ ...NO_CELLS, ff: extraRegisters }, rules.tableRam(depth, width), copies);
}
