import { CompilerBug } from "../../ir/index.ts";

/** Value types of WebAssembly. */
export const I32 = 0x7f;
export const I64 = 0x7e;

/** Opcodes used here, with the names of the specification. */
export const op = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Load: 0x28,
  i64Load: 0x29,
  i32Load8u: 0x2d,
  i32Load16u: 0x2f,
  i64Load32u: 0x35,
  i32Store: 0x36,
  i64Store: 0x37,
  i32Store8: 0x3a,
  i32Store16: 0x3b,
  i64Store32: 0x3e,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32Ne: 0x47,
  i32LtS: 0x48,
  i32LtU: 0x49,
  i32GtS: 0x4a,
  i32GtU: 0x4b,
  i32LeS: 0x4c,
  i32LeU: 0x4d,
  i32GeS: 0x4e,
  i32GeU: 0x4f,
  i64Eqz: 0x50,
  i64Eq: 0x51,
  i64Ne: 0x52,
  i64LtS: 0x53,
  i64LtU: 0x54,
  i64GtS: 0x55,
  i64GtU: 0x56,
  i64LeS: 0x57,
  i64LeU: 0x58,
  i64GeS: 0x59,
  i64GeU: 0x5a,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32And: 0x71,
  i32Or: 0x72,
  i32Xor: 0x73,
  i32Shl: 0x74,
  i32ShrS: 0x75,
  i32ShrU: 0x76,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64And: 0x83,
  i64Or: 0x84,
  i64Xor: 0x85,
  i64Shl: 0x86,
  i64ShrS: 0x87,
  i64ShrU: 0x88,
  i32WrapI64: 0xa7,
  i64ExtendI32S: 0xac,
  i64ExtendI32U: 0xad,
} as const;

const NO_RESULT = 0x40;

function unsignedLeb(out: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
}

function signedLeb(out: number[], value: bigint): void {
  let rest = value;
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
      out.push(low);
      return;
    }
    out.push(low | 0x80);
  }
}

function smallSignedLeb(out: number[], value: number): void {
  let rest = value;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
      out.push(low);
      return;
    }
    out.push(low | 0x80);
  }
}

/** The body of one function: its locals (after the parameters) and its instructions. */
export class Code {
  readonly bytes: number[] = [];
  readonly #parameters: number;
  readonly #locals: number[] = [];

  constructor(parameters = 0) {
    this.#parameters = parameters;
  }

  /** A new local of `type`, initially 0. */
  local(type: number): number {
    this.#locals.push(type);
    return this.#parameters + this.#locals.length - 1;
  }

  get locals(): readonly number[] {
    return this.#locals;
  }

  emit(...opcodes: readonly number[]): void {
    for (const opcode of opcodes) this.bytes.push(opcode);
  }

  i32(value: number): void {
    this.bytes.push(op.i32Const);
    smallSignedLeb(this.bytes, value | 0);
  }

  i64(value: bigint): void {
    this.bytes.push(op.i64Const);
    signedLeb(this.bytes, BigInt.asIntN(64, value));
  }

  get(local: number): void {
    this.bytes.push(op.localGet);
    unsignedLeb(this.bytes, local);
  }

  set(local: number): void {
    this.bytes.push(op.localSet);
    unsignedLeb(this.bytes, local);
  }

  tee(local: number): void {
    this.bytes.push(op.localTee);
    unsignedLeb(this.bytes, local);
  }

  call(index: number): void {
    this.bytes.push(op.call);
    unsignedLeb(this.bytes, index);
  }

  /** A load or store whose address operand is on the stack; `offset` is added to it. Alignment is not promised. */
  memory(opcode: number, offset: number): void {
    this.bytes.push(opcode, 0);
    unsignedLeb(this.bytes, offset);
  }

  /** Opens `block`, `loop` or `if`, optionally with one result. */
  open(opcode: number, result: number = NO_RESULT): void {
    this.bytes.push(opcode, result);
  }

  branch(opcode: number, depth: number): void {
    this.bytes.push(opcode, depth);
  }

  end(): void {
    this.bytes.push(op.end);
  }
}

/** A function of a module; `exportName` makes it visible outside. */
export interface WasmFunction {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
  readonly code: Code;
  readonly exportName?: string;
}

/** A function that a module imports from `env`. */
export interface WasmImport {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

function section(out: number[], id: number, content: readonly number[]): void {
  out.push(id);
  unsignedLeb(out, content.length);
  for (const byte of content) out.push(byte);
}

function list(entries: readonly (readonly number[])[]): number[] {
  const out: number[] = [];
  unsignedLeb(out, entries.length);
  for (const entry of entries) for (const byte of entry) out.push(byte);
  return out;
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [bytes.length, ...bytes];
}

function leb(value: number): number[] {
  const out: number[] = [];
  unsignedLeb(out, value);
  return out;
}

function body({ code }: WasmFunction): number[] {
  const runs: { type: number; count: number }[] = [];
  for (const type of code.locals) {
    const last = runs[runs.length - 1];
    if (last?.type === type) last.count += 1;
    else runs.push({ type, count: 1 });
  }
  const locals = list(runs.map(({ type, count }) => [...leb(count), type]));
  const out = leb(locals.length + code.bytes.length + 1);
  for (const byte of locals) out.push(byte);
  for (const byte of code.bytes) out.push(byte);
  out.push(op.end);
  return out;
}

/**
 * Encodes a module that imports its memory as `env.memory` (of at least `pages` 64 KiB pages) and `imports` from `env`.
 * Imported functions have the first indices, then come `functions` in their order.
 */
export function encodeModule(
  pages: number,
  imports: readonly WasmImport[],
  functions: readonly WasmFunction[],
): Uint8Array<ArrayBuffer> {
  const types: string[] = [];
  const typeOf = ({
    parameters,
    results,
  }: {
    readonly parameters: readonly number[];
    readonly results: readonly number[];
  }): number => {
    const key = JSON.stringify([0x60, parameters.length, ...parameters, results.length, ...results]);
    const known = types.indexOf(key);
    return known >= 0 ? known : types.push(key) - 1;
  };
  const importEntries = [
    [...text("env"), ...text("memory"), 0x02, 0x00, ...leb(pages)],
    ...imports.map((entry) => [...text("env"), ...text(entry.name), 0x00, ...leb(typeOf(entry))]),
  ];
  const functionEntries = functions.map((entry) => leb(typeOf(entry)));
  const exportEntries = functions.flatMap((entry, index) =>
    entry.exportName === undefined ? [] : [[...text(entry.exportName), 0x00, ...leb(imports.length + index)]],
  );
  const typeEntries = types.map((key): number[] => {
    const parsed: unknown = JSON.parse(key);
    if (!Array.isArray(parsed)) throw new CompilerBug("a function type was lost");
    return parsed.map(Number);
  });
  const out = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  section(out, 1, list(typeEntries));
  section(out, 2, list(importEntries));
  section(out, 3, list(functionEntries));
  section(out, 7, list(exportEntries));
  section(out, 10, list(functions.map(body)));
  return new Uint8Array(out);
}
