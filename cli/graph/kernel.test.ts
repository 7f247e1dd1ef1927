import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readNpz, writeNpz } from "../npz/npz.ts";
import { kernelRunSchema } from "../schemas/graph-manifest.ts";
import { temporaryFolder } from "../testing/model-folders.ts";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";

/** y = y + A · x, in place; `flag` stands on the sum. */
function matvec(flag = ""): string {
  return `func.func @matvec(%A: memref<6x8xf32>, %x: memref<8xf32>, %y: memref<6xf32>) {
  affine.for %i = 0 to 6 {
    affine.for %j = 0 to 8 {
      %0 = affine.load %A[%i, %j] : memref<6x8xf32>
      %1 = affine.load %x[%j] : memref<8xf32>
      %2 = arith.mulf %0, %1 : f32
      %3 = affine.load %y[%i] : memref<6xf32>
      %4 = arith.addf %3, %2${flag} : f32
      affine.store %4, %y[%i] : memref<6xf32>
    }
  }
  return
}
func.func @other(%y: memref<6xf32>) {
  %0 = affine.load %y[0] : memref<6xf32>
  affine.store %0, %y[1] : memref<6xf32>
  return
}
`;
}

function written(text: string): { readonly folder: string; readonly file: string; readonly build: string } {
  const folder = temporaryFolder();
  const file = join(folder, "kernel.mlir");
  writeFileSync(file, text);
  return { folder, file, build: join(folder, "build") };
}

const TARGET = ["--top", "matvec", "--device", "u280", "--clock", "300"];

test.each(["", "A=m_axi", "ram", "A=ram,x=ram", "ram,y=m_axi"])(
  "compile --interface %s, simulate --check: in-place arguments keep their names",
  async (interfaces) => {
    const { folder, file, build } = written(matvec());
    const chosen = interfaces === "" ? [] : ["--interface", interfaces];
    expect(await hidalgo("compile", file, ...TARGET, ...chosen, "-o", build)).toMatchObject({ code: 0 });
    const [inputs, outputs] = [join(folder, "in.npz"), join(folder, "out.npz")];
    const arrays = {
      A: { shape: [6, 8], data: Float32Array.from({ length: 48 }, (_, index) => index % 5) },
      x: { shape: [8], data: new Float32Array(8).fill(2) },
      y: { shape: [6], data: Float32Array.of(10, 20, 30, 40, 50, 60) },
    };
    writeFileSync(inputs, writeNpz(new Map(Object.entries(arrays))));
    const ended = await hidalgo(
      ...["simulate", build, "--inputs", inputs, "--outputs", outputs, "--check", "--json"],
    );
    expect(ended).toMatchObject({ code: 0 });
    const run = kernelRunSchema.parse(lastObject(ended));
    expect(run).toMatchObject({ function: "matvec", matches_reference: true, errors: null });
    expect(run.transfer_cycles.load > 0).toBe(interfaces.includes("ram"));
    const found = readNpz(outputs);
    const results = found.kind === "ok" ? [...found.value] : [];
    expect(results.map(([name, { data }]) => [name, [...data]])).toEqual([["y", [36, 54, 62, 70, 88, 86]]]);
  },
  60_000,
);

/** Streams of f32 in and out, and one of bytes; `z` is an argument that is only written. */
const STREAMED = `func.func @streamed(%x: memref<5x7xf32>, %b: memref<35xi8>, %z: memref<5x7xf32>) -> memref<35xi8> {
  %s = memref.alloc() : memref<35xi8>
  affine.for %i = 0 to 5 {
    affine.for %j = 1 to 7 {
      %0 = affine.load %x[%i, %j] : memref<5x7xf32>
      %1 = affine.load %x[%i, %j - 1] : memref<5x7xf32>
      %2 = arith.addf %0, %1 : f32
      affine.store %2, %z[%i, %j] : memref<5x7xf32>
    }
  }
  affine.for %i = 0 to 35 {
    %0 = affine.load %b[-%i + 34] : memref<35xi8>
    affine.store %0, %s[%i] : memref<35xi8>
  }
  return %s : memref<35xi8>
}
`;

test.each(["axis", "axis,x=m_axi", "x=axis", "axis,b=ram"])(
  "arrays through AXI4-Stream ports, --interface %s",
  async (interfaces) => {
    const { folder, file, build } = written(STREAMED);
    const compiled = await hidalgo(
      "compile",
      file,
      "--device",
      "u280",
      "--interface",
      interfaces,
      "-o",
      build,
    );
    expect(compiled).toMatchObject({ code: 0 });
    const outputs = join(folder, "out.npz");
    const ended = await hidalgo("simulate", build, "--check", "--outputs", outputs, "--json");
    expect(ended).toMatchObject({ code: 0 });
    expect(kernelRunSchema.parse(lastObject(ended))).toMatchObject({ matches_reference: true });
  },
  60_000,
);

test("an array that is read and written is no stream", async () => {
  const { file, build } = written(matvec());
  const ended = await hidalgo("compile", file, ...TARGET, "--interface", "y=axis", "-o", build);
  expect(ended).toMatchObject({ code: 1 });
  expect(ended.stderr).toContain("y is read and written");
});

test("sums that may be reassociated have a bound on their error", async () => {
  const { file, build } = written(matvec(" fastmath<reassoc>"));
  expect(await hidalgo("compile", file, ...TARGET, "--interface", "ram", "-o", build)).toMatchObject({
    code: 0,
  });
  const run = kernelRunSchema.parse(lastObject(await hidalgo("simulate", build, "--check", "--json")));
  expect(run).toMatchObject({ matches_reference: true, errors: [{ result: "y" }] });
  const [error] = run.errors ?? [];
  expect(error?.error).toBeLessThanOrEqual(error?.bound ?? 0);
});

/** Every operation on floats of 16 bits, and both ways to and from f32. */
function halfPrecision(type: "bf16" | "f16"): string {
  const operations = [
    `%s0 = arith.addf %a, %b : ${type}`,
    `%s1 = arith.subf %s0, %c : ${type}`,
    `%s2 = arith.mulf %s1, %b : ${type}`,
    `%s3 = arith.divf %s2, %a : ${type}`,
    `%s4 = arith.maximumf %s3, %a : ${type}`,
    `%s5 = arith.negf %s4 : ${type}`,
    `%s6 = math.absf %s5 : ${type}`,
    `%s7 = math.sqrt %s6 : ${type}`,
    `%s8 = arith.cmpf olt, %s7, %b : ${type}`,
    `%s9 = arith.select %s8, %s7, %a : ${type}`,
    `%w = arith.extf %s9 : ${type} to f32`,
    "%e = math.exp %w : f32",
    "%t = arith.addf %e, %w : f32",
    `%n = arith.truncf %t : f32 to ${type}`,
  ];
  return `func.func @half(%x: memref<64x${type}>, %y: memref<64x${type}>, %z: memref<64xf32>) {
  %c = arith.constant 0.3 : ${type}
  affine.for %i = 0 to 64 {
    %a = affine.load %x[%i] : memref<64x${type}>
    %b = affine.load %y[%i] : memref<64x${type}>
    ${operations.join("\n    ")}
    affine.store %n, %x[%i] : memref<64x${type}>
    affine.store %w, %z[%i] : memref<64xf32>
  }
  return
}
`;
}

test.each(["bf16", "f16"] as const)(
  "arithmetic on %s becomes hardware with the same bits",
  async (type) => {
    const { folder, file, build } = written(halfPrecision(type));
    const compiled = await hidalgo(
      "compile",
      file,
      "--device",
      "u280",
      "--interface",
      "ram,z=m_axi",
      "-o",
      build,
    );
    expect(compiled).toMatchObject({ code: 0 });
    const outputs = join(folder, "out.npz");
    const ended = await hidalgo("simulate", build, "--check", "--outputs", outputs, "--json");
    expect(kernelRunSchema.parse(lastObject(ended))).toMatchObject({ matches_reference: true, errors: null });
    const arrays = readNpz(outputs);
    const results = arrays.kind === "ok" ? arrays.value : undefined;
    expect([...(results?.keys() ?? [])]).toEqual(["x", "z"]);
    expect(new Set(results?.get("z")?.data).size).toBeGreaterThan(30);
  },
  60_000,
);

test.each<readonly [string, string]>([
  ["--interface=B=ram", "no argument or result B"],
  ["--interface=A=bram", "expected name=m_axi or name=ram or name=axis"],
  ["--interface==ram", "expected name=m_axi or name=ram or name=axis"],
  ["--top=absent", "no function @absent"],
])("%s is refused", async (option, message) => {
  const { file, build } = written(matvec());
  const ended = await hidalgo("compile", file, "--top", "matvec", option, "-o", build);
  expect(ended).toMatchObject({ code: 1 });
  expect(ended.stderr).toContain(message);
});

test("interfaces are for graph files alone", async () => {
  const { folder, build } = written("");
  const ended = await hidalgo("compile", folder, "--interface", "ram", "-o", build);
  expect(ended).toMatchObject({ code: 1 });
  expect(ended.stderr).toContain("--interface is about the functions of a graph file");
});
