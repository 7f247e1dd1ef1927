import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { Instance } from "./instance/instance.ts";
import { compileModule, importsOf } from "./instance/wasm-host.ts";
import { SOURCE } from "./native/toolchain.ts";

const folder = import.meta.dirname;
const packed = readFileSync(join(folder, "mlir.wasm.br"));
const wasm = new Uint8Array(brotliDecompressSync(packed));
const info = JSON.parse(readFileSync(join(folder, "build-info.json"), "utf8")) as {
  readonly source: { readonly sha256: string };
  readonly exportedFunctions: number;
  readonly wasm: { readonly bytes: number; readonly sha256: string };
  readonly artifact: { readonly bytes: number; readonly sha256: string };
}; // written by native/package-module.ts

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

test("the artifact is the one that build-info.json describes", () => {
  expect({ bytes: packed.length, sha256: sha256(packed) }).toEqual(info.artifact);
  expect({ bytes: wasm.length, sha256: sha256(wasm) }).toEqual(info.wasm);
  expect(info.source.sha256).toBe(SOURCE.sha256);
});

test("every declared function of the C API is exported, and every exported one declared", async () => {
  const declared = globSync(join(folder, "capi/*.ts")).flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/^ {2}(?<name>mlir\w+)\(/gmu)].map(
      ({ groups }) => groups?.["name"],
    ),
  );
  const { api } = new Instance(await compileModule(wasm));
  const exported = Object.keys(api).filter((name) => name.startsWith("mlir"));
  expect(declared.sort()).toEqual(exported.sort());
  expect(declared).toHaveLength(info.exportedFunctions);
});

test("every function of the binding is exported", async () => {
  const text = readFileSync(join(folder, "instance/engine-api.ts"), "utf8");
  const declared = [...text.matchAll(/^ {2}(?<name>hidalgo\w+|malloc|free|_initialize)\(/gmu)];
  const { api } = new Instance(await compileModule(wasm));
  expect(declared.length).toBeGreaterThan(15);
  for (const { groups } of declared) expect(api).toHaveProperty(groups?.["name"] ?? "");
});

test("the module asks for system calls, streams and setjmp, and nothing else", async () => {
  const asked = importsOf(await compileModule(wasm)).map(({ module, name }) => `${module}.${name}`);
  const known =
    /^wasi_snapshot_preview1\.|^env\.(?:__syscall_\w+|invoke_\w+|[gs]etTempRet0|_emscripten_throw_longjmp|__call_sighandler|emscripten_notify_memory_growth)$/u;
  expect(asked.filter((name) => !known.test(name))).toEqual([]);
});
