import type { WasmImport } from "./wasm-host.ts";

/** What the module wrote to a stream since it was last asked for. */
export class Transcript {
  #text = "";
  readonly #decoder = new TextDecoder();
  readonly #longest: number;

  /** Of more than `longest` characters only the newest are kept. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  append(bytes: Uint8Array): void {
    this.#text += this.#decoder.decode(bytes);
    if (this.#text.length > this.#longest) this.#text = this.#text.slice(-this.#longest);
  }

  /** What was written since the last call. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }
}

/** The streams of an instance: what it prints, and its diagnostics as lines of JSON. */
export interface Streams {
  readonly transcript: Transcript;
  readonly diagnostics: Transcript;
}

/** The C library wants to end the process: for this host the instance is lost, and nothing else. */
export class ProcessExit extends Error {
  constructor(how: string) {
    super(`the module ended itself: ${how}`);
    this.name = "ProcessExit";
  }
}

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;
/** The stream of `tell` in native/bind.cpp. */
const DIAGNOSTICS = 3;
const SUCCESS = 0;
const BAD_DESCRIPTOR = 8;
const NOT_SUPPORTED = 52;
const SYSCALL_NOT_SUPPORTED = -NOT_SUPPORTED;

type HostFunction = (...args: readonly number[]) => number;

function streamOf({ transcript, diagnostics }: Streams, descriptor: number): Transcript | undefined {
  if (descriptor === DIAGNOSTICS) return diagnostics;
  return descriptor === STANDARD_OUTPUT || descriptor === STANDARD_ERROR ? transcript : undefined;
}

/** The parts of WASI that a library without files, clock and environment can meet. */
function wasi(memory: () => ArrayBuffer, streams: Streams): Readonly<Record<string, HostFunction>> {
  const store = (address: number, value: number): void => {
    new DataView(memory()).setUint32(address >>> 0, value, true);
  };
  return {
    fd_write: (descriptor = 0, vectors = 0, count = 0, written = 0) => {
      const stream = streamOf(streams, descriptor);
      if (stream === undefined) return BAD_DESCRIPTOR;
      const view = new DataView(memory());
      let total = 0;
      for (let at = vectors >>> 0; at < (vectors >>> 0) + 8 * count; at += 8) {
        const length = view.getUint32(at + 4, true);
        stream.append(new Uint8Array(memory(), view.getUint32(at, true), length));
        total += length;
      }
      store(written, total);
      return SUCCESS;
    },
    environ_sizes_get: (count = 0, bytes = 0) => {
      store(count, 0);
      store(bytes, 0);
      return SUCCESS;
    },
    environ_get: () => SUCCESS,
    // Same input, same output: time stands still.
    clock_time_get: (_clock, _low, _high, time = 0) => {
      store(time, 0);
      store(time + 4, 0);
      return SUCCESS;
    },
    proc_exit: (status = 0) => {
      throw new ProcessExit(`status ${String(status)}`);
    },
  };
}

/** For what is not known: a system call is refused; anything else (setjmp, signals) ends the instance. */
function substitute(module: string, name: string): HostFunction {
  if (name === "emscripten_notify_memory_growth") return () => SUCCESS;
  if (module !== "env") return () => NOT_SUPPORTED;
  if (name.startsWith("__syscall_")) return () => SYSCALL_NOT_SUPPORTED;
  return () => {
    throw new ProcessExit(`it called ${name}`);
  };
}

/**
 * An import object for what a module asks of its host. What it writes goes to the streams; every other
 * system call answers that it is not supported: the module sees no file, no clock, no environment and no network.
 */
export function makeImports(
  wanted: readonly WasmImport[],
  memory: () => ArrayBuffer,
  streams: Streams,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const known = wasi(memory, streams);
  const imports: Record<string, Record<string, unknown>> = {};
  for (const { module, name } of wanted) {
    const ofModule = imports[module] ?? {};
    ofModule[name] = known[name] ?? substitute(module, name);
    imports[module] = ofModule;
  }
  return imports;
}
