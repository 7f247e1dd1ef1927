import { CompilerBug } from "../../ir/index.ts";
import { Code, I32, I64, op, type WasmFunction } from "./wasm.ts";

/** `while (counter < limit) { body; counter += 1 }`, counter starting at its present value. */
function countUp(code: Code, counter: number, limit: () => void, body: () => void): void {
  code.open(op.block);
  code.open(op.loop);
  code.get(counter);
  limit();
  code.emit(op.i32GeU);
  code.branch(op.brIf, 1);
  body();
  code.get(counter);
  code.i32(1);
  code.emit(op.i32Add);
  code.set(counter);
  code.branch(op.br, 0);
  code.end();
  code.end();
}

/** What pushes a local. */
function getter(code: Code, local: number): () => void {
  return () => {
    code.get(local);
  };
}

/** Pushes `base + index * bytes`. */
function element(code: Code, base: number, index: () => void, shift: number): void {
  code.get(base);
  index();
  code.i32(shift);
  code.emit(op.i32Shl, op.i32Add);
}

/** The limbs that a shift reads: those outside are what `outside` pushes. */
interface Source {
  readonly source: number;
  readonly limbs: number;
  readonly outside: () => void;
}

/** Pushes limb `index` of the source, or what `outside` pushes where the index is not below `limbs`. */
function limbOr(code: Code, { source, limbs, outside }: Source, index: () => void): void {
  index();
  code.get(limbs);
  code.emit(op.i32LtU);
  code.open(op.if, I64);
  element(code, source, index, 3);
  code.memory(op.i64Load, 0);
  code.emit(op.else);
  outside();
  code.end();
}

/** Which limb comes into which: `counter` plus or minus `words`, and `extra`. */
interface LimbOffset {
  readonly counter: number;
  readonly sign: number;
  readonly words: number;
}

function offsetIndex(code: Code, { counter, sign, words }: LimbOffset, extra: number): () => void {
  return () => {
    code.get(counter);
    code.get(words);
    code.emit(sign);
    code.i32(extra);
    code.emit(op.i32Add);
  };
}

function splitAmount(code: Code, amount: number): { readonly words: number; readonly bits: number } {
  const words = code.local(I32);
  const bits = code.local(I64);
  code.get(amount);
  code.i32(6);
  code.emit(op.i32ShrU);
  code.set(words);
  code.get(amount);
  code.i32(63);
  code.emit(op.i32And, op.i64ExtendI32U);
  code.set(bits);
  return { words, bits };
}

interface Funnel {
  readonly near: () => void;
  readonly far: () => void;
  readonly bits: number;
  readonly nearShift: number;
  readonly farShift: number;
}

/** `near shifted by bits`, with the bits of `far` that come in; for 0 bits `near` alone. */
function funnel(code: Code, { near, far, bits, nearShift, farShift }: Funnel): void {
  near();
  code.get(bits);
  code.emit(nearShift);
  far();
  code.i64(64n);
  code.get(bits);
  code.emit(op.i64Sub, farShift);
  code.i64(0n);
  code.get(bits);
  code.i64(0n);
  code.emit(op.i64Ne, op.select, op.i64Or);
}

/** `(target, source, amount, limbs, fill)`: right shift of whole limbs, `fill` coming in on top. */
function shiftRight(): WasmFunction {
  const code = new Code(5);
  const [target, source, amount, limbs, fill] = [0, 1, 2, 3, 4];
  const { words, bits } = splitAmount(code, amount);
  const counter = code.local(I32);
  const from: Source = {
    source,
    limbs,
    outside: (): void => {
      code.get(fill);
    },
  };
  countUp(code, counter, getter(code, limbs), () => {
    element(code, target, getter(code, counter), 3);
    funnel(code, {
      near: () => {
        limbOr(code, from, offsetIndex(code, { counter, sign: op.i32Add, words }, 0));
      },
      far: () => {
        limbOr(code, from, offsetIndex(code, { counter, sign: op.i32Add, words }, 1));
      },
      bits,
      nearShift: op.i64ShrU,
      farShift: op.i64Shl,
    });
    code.memory(op.i64Store, 0);
  });
  return { parameters: [I32, I32, I32, I32, I64], results: [], code };
}

/** `(target, source, amount, limbs)`: left shift of whole limbs. */
function shiftLeft(): WasmFunction {
  const code = new Code(4);
  const [target, source, amount, limbs] = [0, 1, 2, 3];
  const { words, bits } = splitAmount(code, amount);
  const counter = code.local(I32);
  const from: Source = {
    source,
    limbs,
    outside: (): void => {
      code.i64(0n);
    },
  };
  countUp(code, counter, getter(code, limbs), () => {
    element(code, target, getter(code, counter), 3);
    funnel(code, {
      near: () => {
        limbOr(code, from, offsetIndex(code, { counter, sign: op.i32Sub, words }, 0));
      },
      far: () => {
        limbOr(code, from, offsetIndex(code, { counter, sign: op.i32Sub, words }, -1));
      },
      bits,
      nearShift: op.i64Shl,
      farShift: op.i64ShrU,
    });
    code.memory(op.i64Store, 0);
  });
  return { parameters: [I32, I32, I32, I32], results: [], code };
}

/** Stores 0 into each of `digits` digits from `target` on. */
function clearDigits(code: Code, target: number, digits: number): void {
  const i = code.local(I32);
  countUp(code, i, getter(code, digits), () => {
    element(code, target, getter(code, i), 2);
    code.i64(0n);
    code.memory(op.i64Store32, 0);
  });
}

/** The locals of a digit that is added to: the digit of the product at `place` takes `factor` times a digit of `b`. */
interface DigitStep {
  readonly target: number;
  readonly b: number;
  readonly j: number;
  readonly factor: number;
  readonly carry: number;
  readonly place: () => void;
}

function addDigit(code: Code, { target, b, j, factor, carry, place }: DigitStep): void {
  element(code, b, getter(code, j), 2);
  code.memory(op.i64Load32u, 0);
  code.get(factor);
  code.emit(op.i64Mul);
  element(code, target, place, 2);
  code.memory(op.i64Load32u, 0);
  code.get(carry);
  code.emit(op.i64Add, op.i64Add);
  code.set(carry);
  element(code, target, place, 2);
  code.get(carry);
  code.memory(op.i64Store32, 0);
  code.get(carry);
  code.i64(32n);
  code.emit(op.i64ShrU);
  code.set(carry);
}

/** `(target, a, b, digits)`: the low `digits` 32-bit digits of the product, by the school method. */
function multiply(): WasmFunction {
  const code = new Code(4);
  const [target, a, b, digits] = [0, 1, 2, 3];
  const [i, j] = [code.local(I32), code.local(I32)];
  const [carry, factor] = [code.local(I64), code.local(I64)];
  clearDigits(code, target, digits);
  const place = (): void => {
    code.get(i);
    code.get(j);
    code.emit(op.i32Add);
  };
  const rest = (): void => {
    code.get(digits);
    code.get(i);
    code.emit(op.i32Sub);
  };
  countUp(code, i, getter(code, digits), () => {
    code.i64(0n);
    code.set(carry);
    code.i32(0);
    code.set(j);
    element(code, a, getter(code, i), 2);
    code.memory(op.i64Load32u, 0);
    code.set(factor);
    countUp(code, j, rest, () => {
      addDigit(code, { target, b, j, factor, carry, place });
    });
  });
  return { parameters: [I32, I32, I32, I32], results: [], code };
}

/** The routines that wide operations call, in the order of `RoutineIndices`. */
export function makeRoutines(): readonly WasmFunction[] {
  const routines = [shiftRight(), shiftLeft(), multiply()];
  if (routines.length !== 3) throw new CompilerBug("routines are numbered by hand");
  return routines;
}
