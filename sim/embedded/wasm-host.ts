/** Linear memory as the host sees it. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The part of the WebAssembly interface that is used here: the compiler's libraries declare it only for browsers. */
interface WasmHost {
  readonly Memory: new (limits: { readonly initial: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}

const { WebAssembly: host } = globalThis as unknown as { readonly WebAssembly: WasmHost }; // every JavaScript engine in question has it

/** Memory of `pages` 64 KiB pages, all 0. */
export function makeMemory(pages: number): WasmMemory {
  return new host.Memory({ initial: pages });
}

/** Compiles and instantiates a module whose imports are all in `env`; its exports. */
export function instantiate(
  binary: Uint8Array<ArrayBuffer>,
  env: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return new host.Instance(new host.Module(binary), { env }).exports;
}
