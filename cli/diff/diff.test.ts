import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findTool } from "../../sim/index.ts";
import { readLoops } from "../rtl/loops-file.ts";
import { type DiffResult, diffSchema } from "../schemas/diff.ts";
import { temporaryFolder } from "../testing/model-folders.ts";
import { randomModel } from "../testing/random-model.ts";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";
import { streamUsers } from "./neighbours.ts";

const sizes = { hidden: 16, ffn: 20, layers: 2, heads: 2, kvHeads: 1, vocab: 24, context: 16 };

const compiled = mkdtempSync(join(tmpdir(), "hidalgo-diff-"));
afterAll(() => {
  rmSync(compiled, { recursive: true });
});

/** The hardware of a tiny model, compiled once, in a folder of its own for a test to spoil. */
async function tinyBuild(): Promise<string> {
  const source = join(compiled, "build");
  if (!existsSync(source)) {
    const { code } = await hidalgo("compile", randomModel(sizes, 7), "--device", "ref64", "-o", source);
    expect(code).toBe(0);
  }
  const folder = join(temporaryFolder(), "build");
  cpSync(source, folder, { recursive: true });
  return folder;
}

async function diff(folder: string, ...args: readonly string[]): Promise<DiffResult> {
  const ended = await hidalgo("diff", folder, "--json", "--prompt-ids", "3", ...args);
  const result = diffSchema.parse(lastObject(ended));
  expect(ended.code).toBe(result.equal ? 0 : 2);
  return result;
}

/** Changes the hardware of one kernel: `change` gets the text of its module. */
function spoil(folder: string, kernel: string, change: (module: string) => string): void {
  const file = join(folder, "ir/hardware.mlir");
  const text = readFileSync(file, "utf8");
  const from = text.indexOf(`hw.module @hidalgo_core_${kernel}(`);
  const to = text.indexOf("hw.module @", from + 10);
  const changed = change(text.slice(from, to));
  expect(changed).not.toBe(text.slice(from, to));
  writeFileSync(file, text.slice(0, from) + changed + text.slice(to));
}

/** Puts another value in the place of an output: `make` defines `%spoiled` from the operand and the module's text before it. */
function replaceOutput(module: string, port: string, make: (value: string, width: number) => string): string {
  const outputs = [...module.matchAll(/out (?<name>\S+) : i(?<width>\d+)/gu)];
  const place = outputs.findIndex(({ groups }) => groups?.["name"] === port);
  return module.replace(/hw\.output (?<values>.*) : (?<types>.*)/u, (_, values: string, types: string) => {
    const operands = values.split(", ");
    const definition = make(operands[place] ?? "", Number(outputs[place]?.groups?.["width"]));
    operands[place] = "%spoiled";
    return `${definition}\n  hw.output ${operands.join(", ")} : ${types}`;
  });
}

/** The lowest bit is always 1. */
const stuckBit = (value: string, width: number): string =>
  `%stuck_bit = hw.constant 1 : i${String(width)}\n  %spoiled = comb.or ${value}, %stuck_bit : i${String(width)}`;

/** Nothing is ever sent. */
const silent = (): string => "%spoiled = hw.constant false";

/** The port of a kernel's stream argument that its function calls `name`. */
function portOf(folder: string, kernel: string, name: string): string {
  const text = readFileSync(join(folder, "ir/4-loops.mlir"), "utf8");
  const from = text.indexOf(`func.func @${kernel}(`);
  const header = text.slice(from, text.indexOf(") {", from));
  const args = [...header.matchAll(/%(?<name>\w+):/gu)].map(({ groups }) => groups?.["name"]);
  return `s${String(args.indexOf(name))}`;
}

test("sound hardware is the same in every queue and in memory", async () => {
  const result = await diff(await tinyBuild(), "--max-tokens", "2");
  expect(result).toMatchObject({
    equal: true,
    steps: 2,
    divergence: null,
    waveform: null,
    engine: "embedded",
  });
  expect(result.elements_compared).toBeGreaterThan(1000);
  expect(result.token_ids).toHaveLength(2);
}, 480_000);

test("a stuck bit in a datapath: kernel, layer, row, cycle, values and a waveform of the place", async () => {
  const folder = await tinyBuild();
  const port = portOf(folder, "probabilities", "weights");
  spoil(folder, "probabilities", (module) => replaceOutput(module, `${port}_data`, stuckBit));
  const { divergence, waveform, followers } = await diff(folder, "--window", "10");
  expect(divergence).toMatchObject({ kind: "stream", step: 0, kernel: "probabilities", layer: 0, row: 0 });
  if (divergence === null || waveform === null) throw new Error("nothing was found");
  expect(BigInt(divergence.actual ?? 0)).toBe(BigInt(divergence.expected ?? 0) | 1n);
  expect(divergence.origin.map(({ process }) => process)).toEqual([
    "probabilities",
    "attend_blocks",
    "attend_runs",
    "sequence",
  ]);
  expect(divergence.origin[0]?.where).toMatch(/^ir\/4-loops\.mlir:\d+:\d+$/u);
  const line = Number(divergence.origin[0]?.where.split(":")[1]);
  const text = readFileSync(join(folder, "ir/4-loops.mlir"), "utf8").split("\n")[line - 1];
  expect(text).toContain("dataflow.write %weights");
  expect(followers.every(({ cycle }) => cycle >= (divergence.cycle ?? 0))).toBe(true);
  // The waveform shows the element in its cycle at the kernel's port.
  const cycle = divergence.cycle ?? 0;
  expect(waveform).toMatchObject({ from: cycle - 10, to: cycle + 10 });
  const vcd = readFileSync(waveform.file, "utf8");
  expect(vcd).toContain("$scope module k_probabilities $end");
  expect(vcd).toContain(`#${String(2 * cycle)}\n`);
  expect(vcd).not.toContain(`#${String(2 * (cycle + 11))}\n`);
}, 480_000);

test("a stream that stops: the kernel that owes, not those that wait for it", async () => {
  const folder = await tinyBuild();
  const port = portOf(folder, "score", "scores");
  spoil(folder, "score", (module) => replaceOutput(module, `${port}_valid`, silent));
  const { divergence } = await diff(folder);
  expect(divergence).toMatchObject({ kind: "stream", kernel: "score", layer: 0, element: 0, actual: null });
}, 480_000);

test("every kernel's own stuck bit is found at that kernel", async () => {
  const folder = await tinyBuild();
  const build = new Map([["ir/4-loops.mlir", readFileSync(join(folder, "ir/4-loops.mlir"))]]);
  const loops = readLoops(build);
  if (loops.kind === "error") throw new Error("no loops");
  const hardware = readFileSync(join(folder, "ir/hardware.mlir"), "utf8");
  const users = [...streamUsers(loops.value).values()];
  for (const kernel of ["matmul", "dequantize", "rotate", "weigh_values", "accumulate"]) {
    expect(users.some(({ writer }) => writer === `k_${kernel}`)).toBe(true);
    writeFileSync(join(folder, "ir/hardware.mlir"), hardware);
    spoil(folder, kernel, (module) => {
      const last = [...module.matchAll(/out (?<name>s\d+_data) :/gu)].at(-1)?.groups?.["name"] ?? "";
      return replaceOutput(module, last, (value, width) =>
        stuckBit(value, width).replace("comb.or", "comb.xor"),
      );
    });
    const { divergence } = await diff(folder);
    expect(divergence, kernel).toMatchObject({ kind: "stream", kernel, step: 0 });
  }
}, 300_000);

test("steps from a file; what is wrong with one is told", async () => {
  const folder = await tinyBuild();
  const file = join(folder, "step.json");
  const step = async (content: unknown): Promise<unknown> => {
    writeFileSync(file, JSON.stringify(content));
    return lastObject(await hidalgo("diff", folder, "--json", "--step", file));
  };
  const row = { token: 3, position: 0, block_table: [1] };
  expect(await step({ schema: "hidalgo.step/1", steps: [[row], [{ ...row, position: 1 }]] })).toMatchObject({
    equal: true,
    steps: 2,
  });
  const bad = [
    { steps: [[row]] },
    { schema: "hidalgo.step/1", steps: [[{ ...row, token: 1000 }]] },
    { schema: "hidalgo.step/1", steps: [[{ ...row, position: 16 }]] },
    { schema: "hidalgo.step/1", steps: [[{ ...row, block_table: [99] }]] },
    { schema: "hidalgo.step/1", steps: [[{ ...row, emit: "logits" }]] },
  ];
  for (const content of bad) expect(await step(content)).toMatchObject({ code: "CLI0050", where: file });
  expect(existsSync(join(folder, "diff.vcd"))).toBe(false);
}, 480_000);

test.skipIf(findTool("iverilog") === undefined)(
  "Icarus finds the same in the emitted Verilog",
  async () => {
    const folder = await tinyBuild();
    spoil(folder, "matmul", (module) => {
      const data = /out (?<name>s\d+_data) :/u.exec(module)?.groups?.["name"] ?? "";
      return replaceOutput(module, data, stuckBit);
    });
    const embedded = await diff(folder);
    const icarus = await diff(folder, "--engine", "icarus");
    expect(icarus.divergence).toEqual(embedded.divergence);
    expect(icarus.divergence?.kernel).toBe("matmul");
  },
  300_000,
);

test("a byte of a weight that changed in the hardware's memory: found where the first product takes it", async () => {
  const folder = await tinyBuild();
  const weights = readFileSync(join(folder, "weights.bin"));
  const image = join(folder, "changed.bin");
  const clean = await diff(folder, "--image", join(folder, "weights.bin"));
  expect(clean.equal).toBe(true);
  weights[0] = (weights[0] ?? 0) ^ 0x10; // the first weight of the first product stands there
  writeFileSync(image, weights);
  const { divergence } = await diff(folder, "--image", image);
  expect(divergence).toMatchObject({ kind: "stream", step: 0, stream: "weight_data", element: 0 });
  expect(BigInt(divergence?.actual ?? 0) ^ BigInt(divergence?.expected ?? 0)).toBe(0x10n);
  const loops = readLoops(new Map([["ir/4-loops.mlir", readFileSync(join(folder, "ir/4-loops.mlir"))]]));
  if (loops.kind === "error") throw new Error("no loops");
  expect(streamUsers(loops.value).get("weight_data")?.reader).toBe("k_matmul");
  writeFileSync(image, Buffer.alloc(1 << 24));
  expect(lastObject(await hidalgo("diff", folder, "--json", "--image", image))).toMatchObject({
    code: "CLI0054",
    where: image,
  });
}, 480_000);

test.skipIf(findTool("verilator") === undefined)(
  "Verilator finds the same, and writes the waveform as FST",
  async () => {
    const folder = await tinyBuild();
    spoil(folder, "matmul", (module) => {
      const data = /out (?<name>s\d+_data) :/u.exec(module)?.groups?.["name"] ?? "";
      return replaceOutput(module, data, stuckBit);
    });
    const wave = join(folder, "part.fst");
    const embedded = await diff(folder);
    const verilator = await diff(folder, "--engine", "verilator", "--wave", wave);
    expect(verilator.divergence).toEqual(embedded.divergence);
    expect(verilator.waveform?.file).toBe(wave);
    expect(statSync(wave).size).toBeGreaterThan(100);
  },
  480_000,
);

test("the help tells the default of diff itself", async () => {
  const { stdout, stderr } = await hidalgo("diff", "--help");
  expect(stdout + stderr).toMatch(/--max-tokens <n>[^-]*default: "1"/u);
});
