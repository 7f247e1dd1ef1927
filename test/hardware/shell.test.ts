import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  axiReadArbiter,
  axiReadEngine,
  axiWriteArbiter,
  axiWriteEngine,
  controlRegistersModule,
  cycleCountersModule,
  fifoModule,
  type HardwareUnit,
  matvecBench,
  matvecMemory,
  moduleName,
  modulesOf,
  placeRegisters,
  portGuardModule,
  supervisorModule,
  watchdogModule,
} from "../../backend-hls/index.ts";
import { emitVerilog } from "../../backend-verilog/index.ts";
import { built } from "../../bench/hardware/primitive-bench.ts";
import { at, HwModuleOp, type Operation, present, randomWords } from "../../ir/index.ts";
import {
  buildBatch,
  type DesignSource,
  type EngineName,
  findTool,
  type HwSimulator,
  SimulationError,
} from "../../sim/index.ts";

const shape = { addressBits: 32, dataBits: 64, maxBurst: 16, lengthBits: 12 };
const arbiter = { clients: 3, addressBits: 32, dataBits: 64, maxOutstanding: 8 };
const alone = (module: Operation): HardwareUnit => ({ module, submodules: [] });
const REGISTERS = placeRegisters([
  { name: "rows", access: "rw", width: 7 },
  { name: "base", access: "rw", width: 64 },
  { name: "error", access: "ro", width: 4 },
]);
const matvec = matvecBench({
  rows: 64,
  columns: 32,
  activations: [],
  memory: matvecMemory(2 ** 15),
  responseDepth: 64,
  maxBurst: 32,
});

const units: readonly HardwareUnit[] = [
  alone(fifoModule(8, 4)),
  alone(fifoModule(64, 32)),
  alone(fifoModule(72, 512)),
  alone(fifoModule(0, 4)),
  axiReadArbiter(arbiter),
  axiWriteArbiter(arbiter),
  axiReadEngine({ ...shape, responseDepth: 32 }),
  axiWriteEngine({ ...shape, doneDepth: 4, maxOutstanding: 8 }),
  alone(cycleCountersModule()),
  alone(watchdogModule()),
  alone(portGuardModule(64)),
  alone(supervisorModule()),
  alone(controlRegistersModule("control", REGISTERS)),
];

function sourceOf(unit: HardwareUnit): DesignSource {
  return { top: moduleName(unit.module), modules: modulesOf(unit) };
}

interface Ports {
  readonly inputs: readonly { readonly name: string; readonly width: number }[];
  readonly outputs: readonly string[];
}

function portsOf(module: Operation): Ports {
  const { attrs } = present(HwModuleOp.match(module), "hw.module");
  const inputs = at(at(module.regions, 0).blocks, 0).args.flatMap(({ type }, index) =>
    type.kind === "int" ? [{ name: at(attrs.input_names, index), width: type.width }] : [],
  );
  return { inputs, outputs: attrs.output_names };
}

/** The outputs in every cycle under irregular traffic. */
async function traceOf(
  module: Operation,
  simulator: HwSimulator,
  cycles: number,
): Promise<readonly string[]> {
  const { inputs, outputs } = portsOf(module);
  const next = randomWords(5);
  const lines: string[] = [];
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    for (const { name, width } of inputs) {
      const random = BigInt.asUintN(width, (BigInt(next()) << 40n) | BigInt(next()));
      simulator.poke(name, name === "rst" ? (cycle < 3 ? 1n : 0n) : cycle < 3 ? 0n : random);
    }
    if (cycle >= 3) {
      for (const name of outputs) lines.push(`${String(cycle)} ${name} ${await outputText(simulator, name)}`);
    }
    await simulator.run(1);
  }
  await simulator.close();
  return lines;
}

async function outputText(simulator: HwSimulator, output: string): Promise<string> {
  try {
    return (await simulator.peek(output)).toString(16);
  } catch (error) {
    if (error instanceof SimulationError && error.diagnostic.code === "SIM0007") return "unknown";
    throw error;
  }
}

const CYCLES = 150;
/** Irregular traffic also takes from empty queues: what it then gets is a word that was never written. */
const UNKNOWN_PAYLOAD = /(?:data|addr|len|strb|last|resp) unknown$/u;
const engines: readonly (readonly [EngineName, string])[] = [
  ["icarus", "iverilog"],
  ["verilator", "verilator"],
];

test.for(engines)(
  "%s and the embedded simulator agree on every module of the shell, with known outputs",
  { timeout: 240_000 },
  async ([engine, tool], { skip }) => {
    skip(findTool(tool) === undefined, `${tool} is not installed`);
    const expected = built(await buildBatch(units.map(sourceOf), { engine: "embedded" }));
    const actual = built(await buildBatch(units.map(sourceOf), { engine }));
    for (const [index, { module }] of units.entries()) {
      const trace = await traceOf(module, at(actual, index), CYCLES);
      const wanted = await traceOf(module, at(expected, index), CYCLES);
      const differences = trace.flatMap((line, place) =>
        line === at(wanted, place) || UNKNOWN_PAYLOAD.test(line)
          ? []
          : [`${line}, expected ${at(wanted, place)}`],
      );
      expect([moduleName(module), ...differences]).toEqual([moduleName(module)]);
    }
  },
);

const ROWS = 64;
const COLUMNS = 32;

/** Runs a matrix-vector product out of memory; the sums. */
async function multiply(
  simulator: HwSimulator,
  weights: readonly number[],
  activations: readonly number[],
): Promise<readonly number[]> {
  await simulator.writeMemory(
    "memory.store",
    0,
    Uint8Array.from(weights, (weight) => weight & 0xff),
  );
  simulator.poke("rst", 1n);
  await simulator.run(2);
  simulator.poke("rst", 0n);
  simulator.poke("load", 1n);
  for (let word = 0; word < COLUMNS / 8; word += 1) {
    simulator.poke("load_index", BigInt(word));
    simulator.poke(
      "load_word",
      activations
        .slice(word * 8, word * 8 + 8)
        .reduceRight((sum, value) => (sum << 8n) | BigInt(value & 0xff), 0n),
    );
    await simulator.run(1);
  }
  simulator.poke("load", 0n);
  simulator.poke("req_valid", 1n);
  simulator.poke("req_data", BigInt((ROWS * COLUMNS) / 8) << 32n);
  await simulator.run(1);
  simulator.poke("req_valid", 0n);
  const sums: number[] = [];
  while (sums.length < ROWS && (await simulator.run(2000, "sum_valid")).stopped) {
    sums.push(Number(BigInt.asIntN(32, await simulator.peek("sum"))));
    await simulator.run(1);
  }
  expect(await simulator.peek("error_code")).toBe(0n);
  await simulator.close();
  return sums;
}

test.for([["embedded", "sh"], ...engines] as const)(
  "%s streams a matrix-vector product out of the memory model",
  { timeout: 120_000 },
  async ([engine, tool], { skip }) => {
    skip(findTool(tool) === undefined, `${tool} is not installed`);
    const next = randomWords(9);
    const byte = (): number => (next() % 256) - 128;
    const activations = Array.from({ length: COLUMNS }, byte);
    const weights = Array.from({ length: ROWS * COLUMNS }, byte);
    const simulator = at(built(await buildBatch([sourceOf(matvec.top)], { engine })), 0);
    expect(await multiply(simulator, weights, activations)).toEqual(
      Array.from({ length: ROWS }, (_, row) =>
        activations.reduce((sum, value, column) => sum + value * at(weights, row * COLUMNS + column), 0),
      ),
    );
  },
);

test("the Verilog of the shell is clean under verilator -Wall", { timeout: 120_000 }, ({ skip }) => {
  skip(findTool("verilator") === undefined, "verilator is not installed");
  const folder = mkdtempSync(join(tmpdir(), "hidalgo-shell-"));
  try {
    for (const unit of [...units, matvec.top]) {
      const files = [...emitVerilog(modulesOf(unit))];
      for (const [name, text] of files) writeFileSync(join(folder, name), text);
      const names = files.map(([name]) => name);
      const lint = spawnSync(
        "verilator",
        [
          "--lint-only",
          "-Wall",
          "--top-module",
          (names[names.length - 1] ?? "").replace(/\.v$/u, ""),
          ...names,
        ],
        { cwd: folder, encoding: "utf8" },
      );
      expect(lint.stderr).toBe("");
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
