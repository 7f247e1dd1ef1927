import { at } from "../../ir/index.ts";
import type { FlatOperation, NodeId } from "../netlist/flat.ts";
import { emitWideComparison } from "./emit-wide.ts";
import type { Emitter } from "./emitter.ts";
import { I32, I64, op } from "./wasm.ts";

/** The opcodes of one value type. */
interface Opcodes {
  readonly type: number;
  readonly bits: number;
  readonly add: number;
  readonly sub: number;
  readonly mul: number;
  readonly and: number;
  readonly or: number;
  readonly xor: number;
  readonly shl: number;
  readonly shru: number;
  readonly shrs: number;
  readonly ltu: number;
  /** By predicate: eq ne slt sle sgt sge ult ule ugt uge. */
  readonly compare: readonly number[];
}

const OPS32: Opcodes = {
  type: I32,
  bits: 32,
  add: op.i32Add,
  sub: op.i32Sub,
  mul: op.i32Mul,
  and: op.i32And,
  or: op.i32Or,
  xor: op.i32Xor,
  shl: op.i32Shl,
  shru: op.i32ShrU,
  shrs: op.i32ShrS,
  ltu: op.i32LtU,
  compare: [
    op.i32Eq,
    op.i32Ne,
    op.i32LtS,
    op.i32LeS,
    op.i32GtS,
    op.i32GeS,
    op.i32LtU,
    op.i32LeU,
    op.i32GtU,
    op.i32GeU,
  ],
};
const OPS64: Opcodes = {
  type: I64,
  bits: 64,
  add: op.i64Add,
  sub: op.i64Sub,
  mul: op.i64Mul,
  and: op.i64And,
  or: op.i64Or,
  xor: op.i64Xor,
  shl: op.i64Shl,
  shru: op.i64ShrU,
  shrs: op.i64ShrS,
  ltu: op.i64LtU,
  compare: [
    op.i64Eq,
    op.i64Ne,
    op.i64LtS,
    op.i64LeS,
    op.i64GtS,
    op.i64GeS,
    op.i64LtU,
    op.i64LeU,
    op.i64GtU,
    op.i64GeU,
  ],
};

function opcodesOf(width: number): Opcodes {
  return width <= 32 ? OPS32 : OPS64;
}

function pushNumber(emitter: Emitter, ops: Opcodes, value: number): void {
  if (ops.bits === 32) emitter.code.i32(value);
  else emitter.code.i64(BigInt(value));
}

/** Pushes the result of an operation whose result has at most 64 bits. */
export function emitOperation(emitter: Emitter, operation: FlatOperation, clean: boolean): void {
  const { width, operands } = operation;
  const ops = opcodesOf(width);
  const [a, b] = [at(operands, 0), operands[1] ?? 0];
  switch (operation.operator) {
    case "add":
    case "sub":
    case "mul": {
      emitter.push(a, false);
      emitter.push(b, false);
      emitter.code.emit(ops[operation.operator]);
      if (clean) emitter.mask(width);
      return;
    }
    case "and":
    case "or":
    case "xor": {
      emitter.push(a, clean && operation.operator !== "and");
      emitter.push(b, clean);
      emitter.code.emit(ops[operation.operator]);
      return;
    }
    case "shl":
    case "shru":
    case "shrs":
      emitShift(emitter, operation, ops, clean);
      return;
    case "icmp":
      emitComparison(emitter, operation);
      return;
    case "mux":
      emitMux(emitter, operands, clean);
      return;
    case "extract":
      emitExtract(emitter, operation, clean);
      return;
    case "replicate":
      emitReplicate(emitter, operation, ops, clean);
      return;
    case "concat":
      emitConcat(emitter, operation, ops, clean);
      return;
  }
}

function emitMux(emitter: Emitter, operands: readonly NodeId[], clean: boolean): void {
  emitter.push(at(operands, 1), clean);
  emitter.push(at(operands, 2), clean);
  emitter.push(at(operands, 0));
  emitter.code.emit(op.select);
}

/** Pushes the value with its sign in the bits above its width. */
function pushSigned(emitter: Emitter, id: NodeId): void {
  const width = emitter.widthOf(id);
  const ops = opcodesOf(width);
  emitter.push(id, false);
  if (width === ops.bits) return;
  for (const opcode of [ops.shl, ops.shrs]) {
    pushNumber(emitter, ops, ops.bits - width);
    emitter.code.emit(opcode);
  }
}

/** Amounts of the width or more shift everything out. */
function emitShift(
  emitter: Emitter,
  { operator, operands, width }: FlatOperation,
  ops: Opcodes,
  clean: boolean,
): void {
  const [input, amount] = [at(operands, 0), at(operands, 1)];
  const { code } = emitter;
  const constant = emitter.constantOf(amount);
  const most = operator === "shrs" ? width - 1 : width;
  const by =
    emitter.constantOf(amount) === undefined
      ? undefined
      : Number(constant !== undefined && constant < BigInt(most) ? constant : most);
  if (by === ops.bits) {
    pushNumber(emitter, ops, 0);
    return;
  }
  if (operator === "shrs") pushSigned(emitter, input);
  else emitter.push(input, operator === "shru");
  const shift = operator === "shl" ? ops.shl : operator === "shru" ? ops.shru : ops.shrs;
  if (by === undefined)
    emitVariableShift(emitter, ops, { amount, shift, width, arithmetic: operator === "shrs" });
  else {
    pushNumber(emitter, ops, by);
    code.emit(shift);
  }
  if (clean && operator !== "shru") emitter.mask(width);
}

interface VariableShift {
  readonly amount: NodeId;
  readonly shift: number;
  readonly width: number;
  readonly arithmetic: boolean;
}

/** The value to shift is on the stack. */
function emitVariableShift(
  emitter: Emitter,
  ops: Opcodes,
  { amount, shift, width, arithmetic }: VariableShift,
): void {
  const { code } = emitter;
  const local = code.local(ops.type);
  emitter.push(amount);
  if (2 ** width <= ops.bits) {
    code.emit(shift);
    return;
  }
  code.set(local);
  if (arithmetic) {
    code.get(local);
    pushNumber(emitter, ops, ops.bits - 1);
    code.get(local);
    pushNumber(emitter, ops, ops.bits);
    code.emit(ops.ltu, op.select, shift);
    return;
  }
  code.get(local);
  code.emit(shift);
  pushNumber(emitter, ops, 0);
  code.get(local);
  pushNumber(emitter, ops, ops.bits);
  code.emit(ops.ltu, op.select);
}

function emitComparison(emitter: Emitter, { operands, parameter }: FlatOperation): void {
  const [a, b] = [at(operands, 0), at(operands, 1)];
  const width = emitter.widthOf(a);
  if (width > 64) {
    emitWideComparison(emitter, a, b, parameter);
    return;
  }
  const ops = opcodesOf(width);
  const signed = parameter >= 2 && parameter <= 5;
  for (const id of [a, b]) {
    emitter.push(id, !signed);
    if (!signed || width === ops.bits) continue;
    pushNumber(emitter, ops, ops.bits - width);
    emitter.code.emit(ops.shl);
  }
  emitter.code.emit(at(ops.compare, parameter));
}

function emitExtract(
  emitter: Emitter,
  { operands, parameter: low, width }: FlatOperation,
  clean: boolean,
): void {
  const input = at(operands, 0);
  const from = emitter.widthOf(input);
  const { code } = emitter;
  if (from > 64) {
    emitter.pushBits(input, low, width);
    if (width <= 32) code.emit(op.i32WrapI64);
    return;
  }
  const ops = opcodesOf(from);
  const top = low + width === from;
  emitter.push(input, clean && top && low > 0);
  if (low > 0) {
    pushNumber(emitter, ops, low);
    code.emit(ops.shru);
  }
  if (ops.bits === 64 && width <= 32) code.emit(op.i32WrapI64);
  if (clean && !(top && low > 0)) emitter.mask(width);
}

function emitReplicate(
  emitter: Emitter,
  { operands, width }: FlatOperation,
  ops: Opcodes,
  clean: boolean,
): void {
  const input = at(operands, 0);
  const from = emitter.widthOf(input);
  const { code } = emitter;
  if (from === 1) {
    pushNumber(emitter, ops, 0);
    pushAs(emitter, input, ops);
    code.emit(ops.sub);
    if (clean) emitter.mask(width);
    return;
  }
  let pattern = 0n;
  for (let bit = 0; bit < width; bit += from) pattern |= 1n << BigInt(bit);
  pushAs(emitter, input, ops);
  if (ops.bits === 32) code.i32(Number(BigInt.asIntN(32, pattern)));
  else code.i64(pattern);
  code.emit(ops.mul);
}

/** Pushes a clean value in the type of `ops`, which is at least as wide. */
function pushAs(emitter: Emitter, id: NodeId, ops: Opcodes): void {
  emitter.push(id);
  if (ops.bits === 64 && emitter.widthOf(id) <= 32) emitter.code.emit(op.i64ExtendI32U);
}

/** `concat(replicate(extract(x, msb)), x)` is x with its sign extended. */
function signExtended(emitter: Emitter, operands: readonly NodeId[]): NodeId | undefined {
  const [high, low] = operands;
  if (operands.length !== 2 || high === undefined || low === undefined) return undefined;
  const sign = emitter.node(high);
  const bit = sign.kind === "operation" && sign.operator === "replicate" ? at(sign.operands, 0) : high;
  return isSignBit(emitter, bit, low) ? low : undefined;
}

function isSignBit(emitter: Emitter, bit: NodeId, value: NodeId): boolean {
  const node = emitter.node(bit);
  if (emitter.widthOf(value) === 1) return bit === value;
  return (
    node.kind === "operation" &&
    node.operator === "extract" &&
    node.width === 1 &&
    node.operands[0] === value &&
    node.parameter === emitter.widthOf(value) - 1
  );
}

function emitConcat(
  emitter: Emitter,
  { operands, width }: FlatOperation,
  ops: Opcodes,
  clean: boolean,
): void {
  const { code } = emitter;
  const extended = signExtended(emitter, operands);
  if (extended !== undefined) {
    pushSigned(emitter, extended);
    if (ops.bits === 64 && emitter.widthOf(extended) <= 32) code.emit(op.i64ExtendI32S);
    if (clean) emitter.mask(width);
    return;
  }
  let offset = width;
  let first = true;
  for (const part of operands) {
    offset -= emitter.widthOf(part);
    if (emitter.constantOf(part) === 0n) continue;
    pushAs(emitter, part, ops);
    if (offset > 0) {
      pushNumber(emitter, ops, offset);
      code.emit(ops.shl);
    }
    if (!first) code.emit(ops.or);
    first = false;
  }
  if (first) pushNumber(emitter, ops, 0);
}
