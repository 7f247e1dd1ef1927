import { at } from "../../ir/index.ts";
import type { FlatRead, FlatWrite, NodeId } from "../netlist/flat.ts";
import { wakeRegion } from "./emit-watch.ts";
import type { Emitter } from "./emitter.ts";
import { limbCount, type PlacedMemory, wordBytes } from "./layout.ts";
import { I32, I64, op } from "./wasm.ts";

/** Pushes i32: whether the address is inside the memory. */
function pushInRange(emitter: Emitter, address: NodeId, depth: number): void {
  const { code } = emitter;
  const width = emitter.widthOf(address);
  emitter.pushLimb(address, 0);
  code.i64(BigInt(depth));
  code.emit(op.i64LtU);
  for (let i = 1; i < limbCount(width); i += 1) {
    emitter.pushLimb(address, i);
    code.emit(op.i64Eqz, op.i32And);
  }
}

function alwaysInRange(emitter: Emitter, address: NodeId, depth: number): boolean {
  const known = emitter.constantOf(address);
  return known === undefined ? 2 ** emitter.widthOf(address) <= depth : known < BigInt(depth);
}

function pushLow32(emitter: Emitter, address: NodeId): void {
  if (emitter.widthOf(address) <= 32) {
    emitter.push(address);
    return;
  }
  emitter.pushLimb(address, 0);
  emitter.code.emit(op.i32WrapI64);
}

/** Multiplies the i32 on the stack by the bytes of a word. */
function scale(emitter: Emitter, width: number): void {
  const bytes = wordBytes(width);
  if (bytes === 1) return;
  emitter.code.i32(bytes);
  emitter.code.emit(op.i32Mul);
}

/** Pushes the byte offset of the addressed word; out of range it is the word of zeros behind the last. */
function pushReadOffset(emitter: Emitter, { memory }: PlacedMemory, address: NodeId): void {
  pushLow32(emitter, address);
  if (!alwaysInRange(emitter, address, memory.depth)) {
    emitter.code.i32(memory.depth);
    pushInRange(emitter, address, memory.depth);
    emitter.code.emit(op.select);
  }
  scale(emitter, memory.width);
}

const LOADS: ReadonlyMap<number, number> = new Map([
  [1, op.i32Load8u],
  [2, op.i32Load16u],
  [4, op.i32Load],
  [8, op.i64Load],
]);
const STORES: ReadonlyMap<number, number> = new Map([
  [1, op.i32Store8],
  [2, op.i32Store16],
  [4, op.i32Store],
  [8, op.i64Store],
]);

function opcodeFor(table: ReadonlyMap<number, number>, width: number): number {
  return table.get(wordBytes(width)) ?? op.i64Load;
}

/** Pushes the addressed word (at most 64 bits). */
export function pushRead(emitter: Emitter, read: FlatRead): void {
  const placed = emitter.layout.memory(read.memory);
  pushReadOffset(emitter, placed, read.address);
  emitter.code.memory(opcodeFor(LOADS, read.width), placed.base);
}

/** Copies the addressed word (more than 64 bits) to limbs at `target`. */
export function copyRead(emitter: Emitter, read: FlatRead, target: number): void {
  const placed = emitter.layout.memory(read.memory);
  const offset = emitter.scratch("offset", I32);
  pushReadOffset(emitter, placed, read.address);
  emitter.code.set(offset);
  for (let i = 0; i < limbCount(read.width); i += 1) {
    emitter.code.i32(0);
    emitter.code.get(offset);
    emitter.code.memory(op.i64Load, placed.base + 8 * i);
    emitter.store(64, target + 8 * i);
  }
}

/** One write port at the edge. */
function emitWrite(
  emitter: Emitter,
  placed: PlacedMemory,
  write: FlatWrite,
  region: number | undefined,
): void {
  const { code } = emitter;
  const outer = emitter.conditional;
  emitter.push(write.enable);
  if (!alwaysInRange(emitter, write.address, placed.memory.depth)) {
    pushInRange(emitter, write.address, placed.memory.depth);
    code.emit(op.i32And);
  }
  emitter.conditional = true;
  code.open(op.if);
  if (region !== undefined) wakeRegion(emitter, region);
  const offset = emitter.scratch("offset", I32);
  pushLow32(emitter, write.address);
  scale(emitter, placed.memory.width);
  code.set(offset);
  if (placed.memory.width <= 64) writeNarrow(emitter, placed, write, offset);
  else writeWide(emitter, placed, write, offset);
  code.end();
  emitter.conditional = outer;
}

function writeNarrow(
  emitter: Emitter,
  { memory, base }: PlacedMemory,
  write: FlatWrite,
  offset: number,
): void {
  const { code } = emitter;
  const { width } = memory;
  code.get(offset);
  if (write.mask === undefined) emitter.push(write.data);
  else {
    code.get(offset);
    code.memory(opcodeFor(LOADS, width), base);
    if (width <= 32) code.emit(op.i64ExtendI32U);
    emitter.pushLimb(write.data, 0);
    pushMerged(emitter, write.mask, width, 0);
    if (width <= 32) code.emit(op.i32WrapI64);
  }
  code.memory(opcodeFor(STORES, width), base);
}

function writeWide(emitter: Emitter, { memory, base }: PlacedMemory, write: FlatWrite, offset: number): void {
  const { code } = emitter;
  for (let i = 0; i < limbCount(memory.width); i += 1) {
    code.get(offset);
    if (write.mask === undefined) emitter.pushLimb(write.data, i);
    else {
      code.get(offset);
      code.memory(op.i64Load, base + 8 * i);
      emitter.pushLimb(write.data, i);
      pushMerged(emitter, write.mask, memory.width, i);
    }
    code.memory(op.i64Store, base + 8 * i);
  }
}

/** Old and new limb are on the stack: old ^ ((old ^ new) & mask), the mask widened from one bit per part. */
function pushMerged(emitter: Emitter, mask: NodeId, width: number, limb: number): void {
  const { code } = emitter;
  const [old, changed] = [emitter.scratch("old", I64), emitter.scratch("changed", I64)];
  code.set(changed);
  code.set(old);
  code.get(old);
  code.get(old);
  code.get(changed);
  code.emit(op.i64Xor);
  pushLimbMask(emitter, mask, width, limb);
  code.emit(op.i64And, op.i64Xor);
}

function pushLimbMask(emitter: Emitter, mask: NodeId, width: number, limb: number): void {
  const { code } = emitter;
  const parts = emitter.widthOf(mask);
  const size = width / parts;
  code.i64(0n);
  for (let part = 0; part < parts; part += 1) {
    const from = Math.max(part * size, 64 * limb) - 64 * limb;
    const to = Math.min((part + 1) * size, 64 * limb + 64) - 64 * limb;
    if (from >= to) continue;
    code.i64(0n);
    emitter.pushBits(mask, part, 1);
    code.emit(op.i64Sub);
    code.i64(((1n << BigInt(to - from)) - 1n) << BigInt(from));
    code.emit(op.i64And, op.i64Or);
  }
}

/** The write ports of one memory in their order. */
export function emitWrites(emitter: Emitter, memory: number): void {
  const placed = emitter.layout.memory(memory);
  const region = emitter.watch.regionByMemory.get(memory);
  for (const write of at(emitter.design.memories, memory).writes) emitWrite(emitter, placed, write, region);
}
