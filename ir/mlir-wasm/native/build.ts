/**
 * `npm run mlir:build`: rebuilds `mlir.wasm.br`, `build-info.json` and the declarations in `capi` from Debian's packages;
 * about 30 minutes of one core, restartable. `MLIR_BUILD_DIR` is the build folder (default: under node_modules/.cache),
 * `MLIR_BUILD_JOBS` the number of compilers, `LLVM_TARBALL` the source if it is already there.
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { definedIn, readCApi } from "./c-api.ts";
import { writeDeclarations } from "./declare-c-api.ts";
import { linkModule } from "./link.ts";
import { ninjaFile } from "./ninja-file.ts";
import { packageModule } from "./package-module.ts";
import { runTool, unpackSource } from "./source-tree.ts";

const BINDING = ["bind.cpp", "decompose.cpp", "register-dialects.cpp", "register-passes.cpp"];

const native = import.meta.dirname;
const target = join(native, "..");
const root = join(target, "../..");
const out = process.env["MLIR_BUILD_DIR"] ?? join(root, "node_modules/.cache/mlir-wasm");
mkdirSync(out, { recursive: true });

const source = await unpackSource(out);
writeFileSync(join(out, "build.ninja"), ninjaFile({ source, native, out }, BINDING));
runTool("ninja", ["-k", "0", "-j", process.env["MLIR_BUILD_JOBS"] ?? "2"], out);

const functions = definedIn(join(out, "libmlir.a"), readCApi(join(native, "shim"), out));
const module = linkModule(out, BINDING, functions);
writeDeclarations(join(target, "capi"), functions);
runTool(join(root, "node_modules/.bin/biome"), ["check", "--write", join(target, "capi")], root);
packageModule(module, target, functions.length);
