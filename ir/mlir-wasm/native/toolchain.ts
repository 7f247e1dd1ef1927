import { join } from "node:path";

/** Debian packages that `npm run mlir:build` needs; all of them from bookworm and bookworm-security. */
export const DEBIAN_PACKAGES: readonly string[] = [
  "emscripten",
  "libmlir-22-dev",
  "llvm-22-dev",
  "mlir-22-tools",
  "ninja-build",
];

/** The upstream release, as Debian's source package `llvm-toolchain-22` carries it. */
export const SOURCE = {
  package: "llvm-toolchain-22",
  tarball: "llvm-toolchain-22_22.1.8.orig.tar.xz",
  sha256: "b49b9277aef97616320b2da259e1f8174c65b0ce2fbe2e8629644a97693402fe",
} as const;

/** Headers of the Debian packages: upstream's own and what tablegen made of its `.td` files. */
export const GENERATED_HEADERS = "/usr/lib/llvm-22/include";

/** What em++ 3.1.6 hands to clang, without the Python that starts it, and our choices. */
export const COMPILE_FLAGS: readonly string[] = [
  "-target",
  "wasm32-unknown-emscripten",
  "--sysroot=/usr/share/emscripten/cache/sysroot",
  "-Xclang",
  "-iwithsysroot/include/compat",
  "-DEMSCRIPTEN",
  "-D__EMSCRIPTEN_major__=3",
  "-D__EMSCRIPTEN_minor__=1",
  "-D__EMSCRIPTEN_tiny__=6",
  "-D_LIBCPP_ABI_VERSION=2",
  "-Dunix",
  "-D__unix",
  "-D__unix__",
  "-mllvm",
  "-combiner-global-alias-analysis=false",
  "-mllvm",
  "-enable-emscripten-sjlj",
  "-mllvm",
  "-disable-lsr",
  "-fno-threadsafe-statics",
  "-fvisibility=hidden",
  "-ffunction-sections",
  "-fdata-sections",
  "-Os",
  "-DNDEBUG",
  "-DLLVM_BUILD_STATIC",
  "-w",
];

/** C++ as LLVM is built everywhere: no exceptions, no run-time type information. */
export const CXX_FLAGS: readonly string[] = ["-std=c++17", "-fno-exceptions", "-fno-rtti"];

/** A module without entry and without JavaScript of emscripten's: its imports are WASI's and a handful of `env`. */
export const LINK_FLAGS: readonly string[] = [
  "-Os",
  "-sSTANDALONE_WASM=1",
  "-sALLOW_MEMORY_GROWTH=1",
  "-sMAXIMUM_MEMORY=4GB",
  "-sINITIAL_MEMORY=32MB",
  "-sTOTAL_STACK=8MB",
  "-sWASM_BIGINT=1",
  "-Wl,--stack-first", // a stack that is used up ends in a trap, not in somebody else's data
  "--no-entry",
];

/** Include folders in the order that lets our configuration win over Debian's. */
export function includeFolders(shim: string, source: string): readonly string[] {
  return [shim, join(source, "mlir/lib"), GENERATED_HEADERS];
}
