import type { Engine } from "./engine/engine.ts";

/** Reads the module that lies beside this file, in Node. */
async function readArtifact(): Promise<Uint8Array<ArrayBuffer>> {
  const { readFile } = await import("node:fs/promises");
  const { brotliDecompressSync } = await import("node:zlib");
  const packed = await readFile(new URL("./mlir.wasm.br", import.meta.url));
  return new Uint8Array(brotliDecompressSync(packed));
}

async function load(): Promise<Engine> {
  const [bytes, { Engine }] = await Promise.all([readArtifact(), import("./engine/engine.ts")]);
  return Engine.from(bytes);
}

let shared: Promise<Engine> | undefined;

/** The engine of this process, in Node. The first call reads and compiles the module: about a tenth of a second. */
export function loadMlir(): Promise<Engine> {
  shared ??= load();
  return shared;
}
