import type { Engine } from "./engine/engine.ts";

/** Reads the module that lies beside this file, in Node; unpacks it on another thread. */
async function readArtifact(): Promise<Uint8Array<ArrayBuffer>> {
  const { readFile } = await import("node:fs/promises");
  const { brotliDecompress } = await import("node:zlib");
  const packed = await readFile(new URL("./mlir.wasm.br", import.meta.url));
  return new Promise((resolve, reject) => {
    brotliDecompress(packed, { chunkSize: 2 ** 20 }, (error, bytes) => {
      if (error === null) resolve(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      else reject(error);
    });
  });
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
