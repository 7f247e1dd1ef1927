import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CFunction } from "./c-api.ts";
import { LINK_FLAGS } from "./toolchain.ts";

/** Links the binding with what it reaches of the archive, and keeps the functions of the C API by name; the module's path. */
export function linkModule(out: string, binding: readonly string[], functions: readonly CFunction[]): string {
  const exported = join(out, "exports.json");
  const names = ["malloc", "free", ...functions.map(({ name }) => name)];
  writeFileSync(exported, JSON.stringify(names.map((name) => `_${name}`)));
  const module = join(out, "mlir.wasm");
  const objects = binding.map((file) => `objects/${file}.o`);
  const args = [...objects, "libmlir.a", ...LINK_FLAGS, `-sEXPORTED_FUNCTIONS=@${exported}`, "-o", module];
  // Debian's emscripten looks for its JavaScript helpers where Debian's own Node would find them
  const env = { ...process.env, NODE_PATH: "/usr/share/nodejs" };
  const { status, error } = spawnSync("em++", args, { cwd: out, stdio: "inherit", env });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`em++ ended with ${String(status)}`);
  return module;
}
