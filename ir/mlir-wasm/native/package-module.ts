import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { COMPILE_FLAGS, CXX_FLAGS, DEBIAN_PACKAGES, LINK_FLAGS, SOURCE } from "./toolchain.ts";

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query replaces it
const VERSION_FORMAT = "--showformat=${Version}";

function versionOf(debianPackage: string): string {
  return execFileSync("dpkg-query", ["--show", VERSION_FORMAT, debianPackage], {
    encoding: "utf8",
  });
}

/** Compresses the module to `folder/mlir.wasm.br` and says in `build-info.json` what it was made of. */
export function packageModule(module: string, folder: string, exportedFunctions: number): void {
  const wasm = readFileSync(module);
  const packed = brotliCompressSync(wasm, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length,
    },
  });
  writeFileSync(join(folder, "mlir.wasm.br"), packed);
  const info = {
    upstream: "LLVM/MLIR 22.1.8, unpatched",
    source: SOURCE,
    tools: Object.fromEntries(["clang-14", ...DEBIAN_PACKAGES].map((name) => [name, versionOf(name)])),
    compileFlags: [...COMPILE_FLAGS, ...CXX_FLAGS].join(" "),
    linkFlags: LINK_FLAGS.join(" "),
    exportedFunctions,
    wasm: { bytes: wasm.length, sha256: sha256(wasm) },
    artifact: { bytes: packed.length, sha256: sha256(packed) },
  };
  writeFileSync(join(folder, "build-info.json"), `${JSON.stringify(info, null, 2)}\n`);
}
