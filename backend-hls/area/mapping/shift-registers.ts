import { at } from "../../../ir/index.ts";
import type { RegisterBit } from "./circuit.ts";
import { FALSE, type Literal } from "./logic-network.ts";

/** A chain of registers at least this long without a tap becomes a shift register in tables (Yosys `xilinx_srl -minlen 3`). */
const LEAST = 3;

/** Stages of a table, and of the smaller kind, behind which a single register is cheaper than the larger one. */
const STAGES = { most: 32, small: 16 } as const;

/** Tables and registers of all registers together. */
export interface RegisterCells {
  readonly tables: number;
  readonly registers: number;
}

/** Finds chains of registers where only the next one reads each; `readers` counts who reads a leaf. */
export function countRegisters(
  bits: readonly RegisterBit[],
  readers: Int32Array,
  hasShiftTables: boolean,
): RegisterCells {
  if (!hasShiftTables) return { tables: 0, registers: bits.length };
  const byInput = new Map<Literal, RegisterBit>();
  for (const bit of bits) if (bit.reset === FALSE) byInput.set(bit.input, bit);
  const next = (bit: RegisterBit): RegisterBit | undefined => {
    const follower = byInput.get(bit.output);
    const isChain = follower?.enable === bit.enable && bit.reset === FALSE;
    return isChain && at(readers, bit.output >> 1) === 1 ? follower : undefined;
  };
  const followers = new Set(bits.flatMap((bit) => next(bit) ?? []));
  let [tables, registers] = [0, 0];
  for (const bit of bits) {
    if (followers.has(bit)) continue;
    let length = 1;
    for (let follower = next(bit); follower !== undefined; follower = next(follower)) length += 1;
    const cells = chainCells(length);
    tables += cells.tables;
    registers += cells.registers;
  }
  return { tables, registers };
}

function chainCells(length: number): RegisterCells {
  if (length < LEAST) return { tables: 0, registers: length };
  const rest = length % STAGES.most;
  const whole = Math.floor(length / STAGES.most);
  if (rest === 0) return { tables: whole, registers: 0 };
  if (rest === 1 || rest === STAGES.small + 1) return { tables: whole + (rest === 1 ? 0 : 1), registers: 1 };
  return { tables: whole + 1, registers: 0 };
}
