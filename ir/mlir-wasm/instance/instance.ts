import type { Pointer } from "../capi/handles.ts";
import type { MlirApi } from "./engine-api.ts";
import { makeImports, ProcessExit, Transcript } from "./imports.ts";
import { importsOf, instantiate, isTrap, type WasmMemory, type WasmModule } from "./wasm-host.ts";

/** Why an instance cannot go on: its stack is used up, it stopped itself, or an earlier call did one of these. */
export type LossReason = "stack" | "trap" | "gone";

/** An instance trapped in the middle of a call: its memory cannot be trusted any more. */
export class InstanceLost extends Error {
  readonly reason: LossReason;

  constructor(reason: LossReason, cause: Error, said: string) {
    super(said === "" ? cause.message : said, { cause });
    this.name = "InstanceLost";
    this.reason = reason;
  }
}

const LONGEST_TRANSCRIPT = 1 << 20;

type Exported = (...args: readonly unknown[]) => unknown;

/** One running copy of the module: its functions, its memory, and whether they are still usable. */
export class Instance {
  readonly api: MlirApi;
  /** What the module prints. */
  readonly transcript = new Transcript(LONGEST_TRANSCRIPT);
  readonly #diagnostics = new Transcript(Number.POSITIVE_INFINITY);
  readonly #memory: WasmMemory;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  #lost: InstanceLost | undefined;

  constructor(module: WasmModule) {
    const streams = { transcript: this.transcript, diagnostics: this.#diagnostics };
    const imports = makeImports(importsOf(module), () => this.#memory.buffer, streams);
    const exports = instantiate(module, imports);
    this.#memory = exports["memory"] as WasmMemory; // emscripten always exports it under this name
    this.api = this.#guarded(exports) as unknown as MlirApi; // a test compares the declarations with the exports
    this.api._initialize();
  }

  /** Whether a call trapped. */
  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /** Bytes of memory in use; it never shrinks. */
  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** The diagnostics since the last call, each a line of JSON; also those of a lost instance. */
  takeDiagnostics(): readonly string[] {
    return this.#diagnostics.take().split("\n").slice(0, -1);
  }

  /** A 32-bit word of memory, unsigned. */
  readWord(address: number): number {
    return new DataView(this.#memory.buffer).getUint32(address >>> 0, true);
  }

  writeWord(address: number, value: number): void {
    new DataView(this.#memory.buffer).setUint32(address >>> 0, value, true);
  }

  /** A copy of the bytes at an address. */
  readBytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, address >>> 0, length >>> 0).slice();
  }

  /** The text at an address; malformed UTF-8 becomes U+FFFD. */
  readText(address: number, length: number): string {
    return this.#decoder.decode(new Uint8Array(this.#memory.buffer, address >>> 0, length >>> 0));
  }

  /** Memory of the module for the duration of `body`. */
  withMemory<T>(bytes: number, body: (address: Pointer) => T): T {
    const address = this.#allocate(bytes);
    try {
      return body(address);
    } finally {
      if (!this.lost) this.api.free(address);
    }
  }

  /** The bytes, or the text as UTF-8, with a NUL behind it for the duration of `body`; `length` does not count the NUL. */
  withText<T>(text: string | Uint8Array, body: (address: Pointer, length: number) => T): T {
    const bytes = typeof text === "string" ? this.#encoder.encode(text) : text;
    return this.withMemory(bytes.length + 1, (address) => {
      const target = new Uint8Array(this.#memory.buffer, address >>> 0, bytes.length + 1);
      target.set(bytes);
      target[bytes.length] = 0;
      return body(address, bytes.length);
    });
  }

  #allocate(bytes: number): Pointer {
    const address = this.api.malloc(Math.max(bytes, 1));
    if (address === 0) throw this.#lose("trap", new Error("out of memory"));
    return address;
  }

  /** Every exported function, with a trap turned into the loss of this instance. */
  #guarded(exports: Readonly<Record<string, unknown>>): Readonly<Record<string, Exported>> {
    const guarded: Record<string, Exported> = {};
    for (const [name, value] of Object.entries(exports)) {
      if (typeof value !== "function") continue;
      const target = value as Exported; // a function of the module: numbers in, a number out
      guarded[name] = (...args) => {
        if (this.#lost !== undefined) throw new InstanceLost("gone", this.#lost, "");
        try {
          return target(...args);
        } catch (error) {
          throw this.#lossOf(error);
        }
      };
    }
    return guarded;
  }

  #lossOf(error: unknown): unknown {
    if (!(error instanceof Error)) return error;
    // Firefox calls a used-up stack InternalError, everybody else RangeError
    if (error instanceof RangeError || error.name === "InternalError") return this.#lose("stack", error);
    return error instanceof ProcessExit || isTrap(error) ? this.#lose("trap", error) : error;
  }

  #lose(reason: LossReason, cause: Error): InstanceLost {
    this.#lost ??= new InstanceLost(reason, cause, this.transcript.take().trim());
    return this.#lost;
  }
}
