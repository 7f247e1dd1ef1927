import { at, CompilerBug } from "../../ir/index.ts";
import type { FlatOperation, NodeId } from "../netlist/flat.ts";
import type { Emitter } from "./emitter.ts";
import { limbCount } from "./layout.ts";
import { I64, op } from "./wasm.ts";

/** Stores the i64 that `push` leaves as limb `index` at `address`. */
function storeLimb(emitter: Emitter, address: number, index: number, push: () => void): void {
  emitter.code.i32(0);
  push();
  emitter.store(64, address + 8 * index);
}

/** Bits of the last limb of a value. */
function topBits(width: number): number {
  return width - 64 * (limbCount(width) - 1);
}

function maskTop(emitter: Emitter, width: number, index: number): void {
  if (index === limbCount(width) - 1) emitter.mask64(topBits(width));
}

/** Copies a value of any width to limbs at `address`. */
export function copyLimbs(emitter: Emitter, id: NodeId, address: number): void {
  for (let i = 0; i < limbCount(emitter.widthOf(id)); i += 1)
    storeLimb(emitter, address, i, () => {
      emitter.pushLimb(id, i);
    });
}

/** Computes an operation with a result of more than 64 bits into the slot at `address`. */
export function emitWideOperation(emitter: Emitter, operation: FlatOperation, address: number): void {
  const { operands, operator, width } = operation;
  const [a, b] = [at(operands, 0), operands[1] ?? 0];
  switch (operator) {
    case "and":
    case "or":
    case "xor": {
      const opcode = { and: op.i64And, or: op.i64Or, xor: op.i64Xor }[operator];
      for (let i = 0; i < limbCount(width); i += 1) {
        storeLimb(emitter, address, i, () => {
          emitter.pushLimb(a, i);
          emitter.pushLimb(b, i);
          emitter.code.emit(opcode);
        });
      }
      return;
    }
    case "mux":
      emitWideMux(emitter, operands, address);
      return;
    case "extract":
      for (let i = 0; i < limbCount(width); i += 1) {
        storeLimb(emitter, address, i, () => {
          emitter.pushBits(a, operation.parameter + 64 * i, Math.min(64, width - 64 * i));
        });
      }
      return;
    case "concat":
      emitWideConcat(emitter, operands, width, address);
      return;
    case "replicate":
      emitWideReplicate(emitter, a, width, address);
      return;
    case "add":
    case "sub":
      emitWideSum(emitter, operation, address);
      return;
    case "mul":
      emitWideProduct(emitter, operation, address);
      return;
    case "shl":
    case "shru":
    case "shrs":
      emitWideShift(emitter, operation, address);
      return;
    case "icmp":
      throw new CompilerBug("a comparison has one bit");
  }
}

function emitWideMux(emitter: Emitter, operands: readonly NodeId[], address: number): void {
  const outer = emitter.conditional;
  emitter.push(at(operands, 0));
  emitter.conditional = true;
  emitter.code.open(op.if);
  copyLimbs(emitter, at(operands, 1), address);
  emitter.code.emit(op.else);
  copyLimbs(emitter, at(operands, 2), address);
  emitter.code.end();
  emitter.conditional = outer;
}

function emitWideConcat(emitter: Emitter, operands: readonly NodeId[], width: number, address: number): void {
  const { code } = emitter;
  for (let limb = 0; limb < limbCount(width); limb += 1) {
    storeLimb(emitter, address, limb, () => {
      let offset = width;
      let first = true;
      for (const part of operands) {
        const size = emitter.widthOf(part);
        offset -= size;
        const from = Math.max(offset, 64 * limb);
        const to = Math.min(offset + size, 64 * limb + 64);
        if (from >= to || emitter.constantOf(part) === 0n) continue;
        emitter.pushBits(part, from - offset, to - from);
        if (from > 64 * limb) {
          code.i64(BigInt(from - 64 * limb));
          code.emit(op.i64Shl);
        }
        if (!first) code.emit(op.i64Or);
        first = false;
      }
      if (first) code.i64(0n);
    });
  }
}

function emitWideReplicate(emitter: Emitter, input: NodeId, width: number, address: number): void {
  const from = emitter.widthOf(input);
  if (from > 1) {
    emitWideConcat(
      emitter,
      Array.from({ length: width / from }, () => input),
      width,
      address,
    );
    return;
  }
  for (let i = 0; i < limbCount(width); i += 1) {
    storeLimb(emitter, address, i, () => {
      emitter.code.i64(0n);
      emitter.pushLimb(input, 0);
      emitter.code.emit(op.i64Sub);
      maskTop(emitter, width, i);
    });
  }
}

/** Limb by limb with a carry (or borrow) local. */
function emitWideSum(emitter: Emitter, { operands, operator, width }: FlatOperation, address: number): void {
  const { code } = emitter;
  const [a, b] = [at(operands, 0), at(operands, 1)];
  const [x, y, sum, carry] = ["x", "y", "sum", "carry"].map((name) => emitter.scratch(name, I64));
  if (x === undefined || y === undefined || sum === undefined || carry === undefined)
    throw new CompilerBug("scratch locals");
  const step = operator === "add" ? op.i64Add : op.i64Sub;
  const overflow = (before: number, after: number, by: number): void => {
    code.get(operator === "add" ? after : before);
    code.get(operator === "add" ? before : by);
    code.emit(op.i64LtU);
  };
  for (let i = 0; i < limbCount(width); i += 1) {
    emitter.pushLimb(a, i);
    code.set(x);
    emitter.pushLimb(b, i);
    code.set(y);
    code.get(x);
    code.get(y);
    code.emit(step);
    code.set(sum);
    if (i > 0) {
      code.get(sum);
      code.get(carry);
      code.emit(step);
    }
    storeTop(emitter, {
      address,
      width,
      index: i,
      fromStack: i > 0 ? emitter.scratch("limb", I64) : sum,
      set: i > 0,
    });
    overflow(x, sum, y);
    if (i > 0) {
      overflow(sum, emitter.scratch("limb", I64), carry);
      code.emit(op.i32Or);
    }
    code.emit(op.i64ExtendI32U);
    code.set(carry);
  }
}

interface LimbStore {
  readonly address: number;
  readonly width: number;
  readonly index: number;
  readonly fromStack: number;
  /** Whether the limb is on the stack and goes into `fromStack` first. */
  readonly set: boolean;
}

function storeTop(emitter: Emitter, { address, width, index, fromStack, set }: LimbStore): void {
  if (set) emitter.code.set(fromStack);
  storeLimb(emitter, address, index, () => {
    emitter.code.get(fromStack);
    maskTop(emitter, width, index);
  });
}

/** The address of a wide operand as limbs; constants are written down first. */
function operandAddress(emitter: Emitter, id: NodeId): number {
  if (emitter.constantOf(id) === undefined) return emitter.address(id);
  const address = emitter.layout.slot(id);
  copyLimbs(emitter, id, address);
  return address;
}

function maskResult(emitter: Emitter, width: number, address: number): void {
  const last = limbCount(width) - 1;
  if (topBits(width) === 64) return;
  storeLimb(emitter, address, last, () => {
    emitter.load(64, address + 8 * last);
    maskTop(emitter, width, last);
  });
}

function emitWideProduct(emitter: Emitter, { operands, width }: FlatOperation, address: number): void {
  const a = operandAddress(emitter, at(operands, 0));
  const b = operandAddress(emitter, at(operands, 1));
  for (const value of [address, a, b, 2 * limbCount(width)]) emitter.code.i32(value);
  emitter.code.call(emitter.routines.multiply);
  maskResult(emitter, width, address);
}

function emitWideShift(
  emitter: Emitter,
  { operands, operator, width }: FlatOperation,
  address: number,
): void {
  const { code } = emitter;
  const limbs = limbCount(width);
  const input = at(operands, 0);
  let source = operandAddress(emitter, input);
  const sign = emitter.scratch("sign", I64);
  if (operator === "shrs") {
    source = emitter.layout.scratch(limbs);
    copyLimbs(emitter, input, source);
    emitSign(emitter, input, width, sign);
    storeLimb(emitter, source, limbs - 1, () => {
      emitter.pushLimb(input, limbs - 1);
      code.get(sign);
      if (topBits(width) < 64) {
        code.i64(BigInt(topBits(width)));
        code.emit(op.i64Shl, op.i64Or);
      } else code.emit(op.drop);
    });
  }
  code.i32(address);
  code.i32(source);
  pushAmount(emitter, at(operands, 1), limbs);
  code.i32(limbs);
  if (operator !== "shl") {
    if (operator === "shrs") code.get(sign);
    else code.i64(0n);
  }
  code.call(operator === "shl" ? emitter.routines.shiftLeft : emitter.routines.shiftRight);
  if (operator !== "shru") maskResult(emitter, width, address);
}

/** Sets `local` to all ones where the value is negative, else to 0. */
function emitSign(emitter: Emitter, input: NodeId, width: number, local: number): void {
  emitter.code.i64(0n);
  emitter.pushBits(input, width - 1, 1);
  emitter.code.emit(op.i64Sub);
  emitter.code.set(local);
}

/** Pushes the shift amount as i32, at most 64·limbs. */
function pushAmount(emitter: Emitter, amount: NodeId, limbs: number): void {
  const { code } = emitter;
  const most = BigInt(64 * limbs);
  emitter.pushLimb(amount, 0);
  code.i64(most);
  emitter.pushLimb(amount, 0);
  code.i64(most);
  code.emit(op.i64LtU);
  for (let i = 1; i < limbCount(emitter.widthOf(amount)); i += 1) {
    emitter.pushLimb(amount, i);
    code.emit(op.i64Eqz, op.i32And);
  }
  code.emit(op.select, op.i32WrapI64);
}

/** Pushes the i32 truth of a comparison of values with more than 64 bits. */
export function emitWideComparison(emitter: Emitter, a: NodeId, b: NodeId, predicate: number): void {
  const limbs = limbCount(emitter.widthOf(a));
  const { code } = emitter;
  if (predicate < 2) {
    for (let i = 0; i < limbs; i += 1) {
      emitter.pushLimb(a, i);
      emitter.pushLimb(b, i);
      code.emit(op.i64Xor);
      if (i > 0) code.emit(op.i64Or);
    }
    code.emit(op.i64Eqz);
    if (predicate === 1) code.emit(op.i32Eqz);
    return;
  }
  const kind = (predicate - 2) % 4; // lt le gt ge
  const [x, y] = kind === 0 || kind === 3 ? [a, b] : [b, a];
  emitLess(emitter, x, y, predicate < 6);
  if (kind === 1 || kind === 3) code.emit(op.i32Eqz);
}

/** From the lowest limb up: less there, or equal there and less below. */
function emitLess(emitter: Emitter, a: NodeId, b: NodeId, signed: boolean): void {
  const width = emitter.widthOf(a);
  const limbs = limbCount(width);
  const { code } = emitter;
  for (let i = 0; i < limbs; i += 1) {
    if (i > 0) {
      emitter.pushLimb(a, i);
      emitter.pushLimb(b, i);
      code.emit(op.i64Eq, op.i32And);
    }
    const top = signed && i === limbs - 1;
    for (const id of [a, b]) {
      emitter.pushLimb(id, i);
      if (!top) continue;
      code.i64(BigInt(64 - topBits(width)));
      code.emit(op.i64Shl);
    }
    code.emit(top ? op.i64LtS : op.i64LtU);
    if (i > 0) code.emit(op.i32Or);
  }
}
