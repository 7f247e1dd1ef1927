import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import { type NumpyArray, parseNpy, writeNpy } from "../npz/npy.ts";
import { readNpz, writeNpz } from "../npz/npz.ts";
import { compileDefaults } from "../options/compile-options.ts";
import { kernelRunSchema } from "../schemas/graph-manifest.ts";
import { temporaryFolder } from "../testing/model-folders.ts";
import { compileGraphFile } from "./compile-graph.ts";
import { simulateGraph } from "./simulate-graph.ts";

const examples = resolve(import.meta.dirname, "../../examples");
const TENSOR_PROGRAMS = ["linalg-softmax", "linalg-layer-norm", "linalg-attention", "tosa-mlp"];
const options = { ...compileDefaults, emitIr: false };

async function compiled(path: string) {
  const build = await compileGraphFile(path, options, {});
  if (build.kind === "error") throw new Error(build.diagnostics.map(({ message }) => message).join("\n"));
  return build.value;
}

test.each(["qmatmul", "ffn", "attention", ...TENSOR_PROGRAMS])(
  "examples/%s.mlir: the hardware gives the bits of the graph",
  async (name) => {
    const outputs = join(temporaryFolder(), "out.npz");
    const build = await compiled(join(examples, `${name}.mlir`));
    const result = await simulateGraph(
      "build",
      build,
      { simulator: "embedded", check: true, seed: 3, outputs },
      {},
    );
    expect(result).toMatchObject({ kind: "ok", value: { matches_reference: true, first_mismatch: null } });
    if (result.kind === "ok") kernelRunSchema.parse(result.value);
    expect(Object.keys(unzipSync(readFileSync(outputs)))).toEqual(["ret0.npy"]);
  },
  240_000,
);

test("given inputs are used; missing ones and those of another type are diagnostics", async () => {
  const folder = temporaryFolder();
  const build = await compiled(join(examples, "qmatmul.mlir"));
  const [inputs, outputs] = [join(folder, "in.npz"), join(folder, "out.npz")];
  const q = { shape: [4, 64], data: new Int8Array(256).fill(1) };
  const arrays = new Map<string, NumpyArray>([
    ["q", q],
    ["arg1", { shape: [4], data: Float32Array.of(1, 2, 3, 4) }],
    ["w", { shape: [96, 64], data: new Int8Array(96 * 64).fill(2) }],
    ["sw", { shape: [96], data: new Float32Array(96).fill(0.5) }],
  ]);
  writeFileSync(inputs, writeNpz(arrays));
  const run = (file: string) =>
    simulateGraph(
      "build",
      build,
      { simulator: "embedded", memory: "ideal", check: true, seed: 0, inputs: file, outputs },
      {},
    );
  expect(await run(inputs)).toMatchObject({ kind: "ok", value: { matches_reference: true, seed: null } });
  const results = readNpz(outputs);
  const data = results.kind === "ok" ? [...(results.value.get("ret0")?.data ?? [])] : [];
  expect(data).toEqual(Array.from({ length: 384 }, (_, index) => 64 * (1 + Math.floor(index / 96))));
  writeFileSync(inputs, writeNpz(new Map([...arrays, ["w", q]])));
  expect(await run(inputs)).toMatchObject({ kind: "error", diagnostics: [{ code: "CLI0061" }] });
  writeFileSync(inputs, "no zip");
  expect(await run(inputs)).toMatchObject({ kind: "error", diagnostics: [{ code: "CLI0060" }] });
}, 240_000);

test("a graph file that is wrong is a diagnostic with its place", async () => {
  const file = join(temporaryFolder(), "bad.mlir");
  const codes = async (text: string): Promise<unknown> => {
    writeFileSync(file, text);
    const build = await compileGraphFile(file, options, {});
    return build.kind === "ok" ? [] : build.diagnostics.map(({ where }) => [where.file === file, where.line]);
  };
  const type = "tensor<2x8xf32>";
  expect(
    await codes(
      `func.func @f(%x: ${type}) -> ${type} {\n  %y = nn.nothing %x : ${type}\n  return %y : ${type}\n}`,
    ),
  ).toEqual([[true, 2]]);
  expect(
    await codes(
      `func.func @f(%x: ${type}, %z: tensor<2x9xf32>) -> ${type} {\n  %y = "nn.add"(%x, %z) : (${type}, tensor<2x9xf32>) -> ${type}\n  return %y : ${type}\n}`,
    ),
  ).toEqual([[true, 2]]);
  expect(await compileGraphFile(join(temporaryFolder(), "absent.mlir"), options, {})).toMatchObject({
    kind: "error",
    diagnostics: [{ code: "CLI0062" }],
  });
});

test("arrays survive .npy; same input, same bytes", () => {
  const arrays = [
    { shape: [2, 3], data: Float32Array.of(1, -0, Number.NaN, 3, 4, 5) },
    { shape: [4], data: Int8Array.of(-128, 0, 1, 127) },
    { shape: [], data: Int32Array.of(-(2 ** 31)) },
  ];
  for (const array of arrays) expect(parseNpy(writeNpy(array))).toEqual(array);
  expect(parseNpy(new Uint8Array(4))).toBe("no .npy header");
  expect(writeNpz(new Map([["a", { shape: [1], data: Int8Array.of(1) }]]))).toEqual(
    writeNpz(new Map([["a", { shape: [1], data: Int8Array.of(1) }]])),
  );
});
