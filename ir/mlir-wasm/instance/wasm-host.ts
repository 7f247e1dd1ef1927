/** A compiled module; opaque. */
export interface WasmModule {
  readonly wasmModule?: never;
}

/** Linear memory as the host sees it; `buffer` is another one after the memory has grown. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** What a module is compiled from: its bytes, or the answer of a server. */
export type WasmSource = Uint8Array<ArrayBuffer> | ArrayBuffer | Response;

type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The part of the WebAssembly interface that is used here: the compiler's libraries declare it only for browsers. */
interface WasmHost {
  compile(bytes: Uint8Array<ArrayBuffer> | ArrayBuffer): Promise<WasmModule>;
  compileStreaming?(response: Response): Promise<WasmModule>;
  readonly Module: { imports(module: WasmModule): readonly WasmImport[] };
  readonly Instance: new (
    module: WasmModule,
    imports: Imports,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly RuntimeError: new () => Error;
}

/** What a module asks its host for. */
export interface WasmImport {
  readonly module: string;
  readonly name: string;
  readonly kind: string;
}

const { WebAssembly: host } = globalThis as unknown as { readonly WebAssembly: WasmHost }; // every JavaScript engine in question has it

/** Compiles a module; from a server's answer while it arrives where the host can do that. */
export async function compileModule(source: WasmSource): Promise<WasmModule> {
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) return host.compile(source);
  if (host.compileStreaming !== undefined && source.headers.get("content-type") === "application/wasm") {
    return host.compileStreaming(source);
  }
  return host.compile(await source.arrayBuffer());
}

/** The exports of a new instance. */
export function instantiate(module: WasmModule, imports: Imports): Readonly<Record<string, unknown>> {
  return new host.Instance(module, imports).exports;
}

/** The imports that a compiled module names. */
export function importsOf(module: WasmModule): readonly WasmImport[] {
  return host.Module.imports(module);
}

/** Whether a trap of the module was thrown, in contrast to a bug of the host's code. */
export function isTrap(error: unknown): boolean {
  return error instanceof host.RuntimeError;
}
