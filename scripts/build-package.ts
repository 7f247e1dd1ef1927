/**
 * `prepack`: emits what the npm package runs. Node strips types only outside node_modules, so an installed
 * package needs JavaScript; files that the code reads beside itself (C++ harnesses, tables) go along.
 * @module
 */
import { spawnSync } from "node:child_process";
import { cpSync, globSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const sourceFolders = [
  "backend-hls",
  "backend-verilog",
  "cli",
  "dse",
  "frontend",
  "ir",
  "runtime-host",
  "sim",
];
const assets = "{*.{c,cpp,h,css,html,json,v,wasm.br},NOTICE,LICENSE*}";

rmSync(join(root, "dist"), { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const emit = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
if (emit.status !== 0) process.exit(1); // tsc has said why
for (const file of globSync(
  sourceFolders.map((folder) => `${folder}/**/${assets}`),
  { cwd: root },
)) {
  cpSync(join(root, file), join(root, "dist", file));
}
