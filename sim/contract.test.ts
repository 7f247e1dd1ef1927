import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Operation } from "../ir/index.ts";
import {
  buildSimulator,
  type EngineName,
  findTool,
  type HwSimulator,
  type SimulatorOptions,
} from "./index.ts";
import { counter, memories, unknownState } from "./testing/small-designs.ts";

const engines: readonly (readonly [EngineName, string])[] = [
  ["embedded", "sh"],
  ["icarus", "iverilog"],
  ["verilator", "verilator"],
];

async function open(top: string, module: Operation, options: SimulatorOptions): Promise<HwSimulator> {
  const built = await buildSimulator(top, [module], options);
  if (built.kind === "error") throw new Error(built.diagnostics[0]?.message);
  built.value.poke("rst", 1n);
  return built.value;
}

test.for(engines)(
  "%s stops before the edge of the cycle that is waited for",
  { timeout: 120_000 },
  async ([engine, tool], { skip }) => {
    skip(findTool(tool) === undefined, `${tool} is not installed`);
    const simulator = await open("counter", counter(5000), { engine });
    await simulator.run(1);
    simulator.poke("rst", 0n);
    expect(await simulator.run(10, "done")).toEqual({ cycles: 10, stopped: false });
    expect(await simulator.run(100_000, "done")).toEqual({ cycles: 4990, stopped: true });
    expect(await simulator.peek("count")).toBe(5000n);
    expect(await simulator.run(7, "done")).toEqual({ cycles: 0, stopped: true });
    expect(await simulator.run(7)).toEqual({ cycles: 7, stopped: false });
    expect(await simulator.run(65536 - 7, "done")).toEqual({ cycles: 65536 - 7, stopped: false });
    expect(await simulator.run(0, "done")).toEqual({ cycles: 0, stopped: false });
    await simulator.close();
  },
);

test.for(engines)(
  "%s loads an image of more words than a call can have arguments",
  { timeout: 120_000 },
  async ([engine, tool], { skip }) => {
    skip(findTool(tool) === undefined, `${tool} is not installed`);
    const simulator = await open("memories", memories([16], 1 << 18), { engine });
    const image = Uint8Array.from({ length: 2 << 18 }, (_, index) => (index * 37 + (index >> 9)) & 0xff);
    await simulator.writeMemory("m16", 0, image);
    expect(Buffer.compare(await simulator.readMemory("m16", 0, image.length), image)).toBe(0);
    await simulator.close();
  },
);

const WIDTHS = [1, 5, 8, 12, 16, 24, 32, 33, 64, 65, 72, 130];
const DEPTH = 16;

test.for(engines)(
  "%s reads and writes memories of all widths at any byte",
  { timeout: 120_000 },
  async ([engine, tool], { skip }) => {
    skip(findTool(tool) === undefined, `${tool} is not installed`);
    const simulator = await open("memories", memories(WIDTHS, DEPTH), { engine });
    for (const width of WIDTHS) {
      const wordBytes = Math.ceil(width / 8);
      const path = `m${String(width)}`;
      const mask = (index: number): number =>
        index % wordBytes === wordBytes - 1 && width % 8 !== 0 ? (1 << (width % 8)) - 1 : 0xff;
      const expected = Uint8Array.from(
        { length: wordBytes * DEPTH },
        (_, index) => (index * 37 + 11 + width) & mask(index),
      );
      await simulator.writeMemory(path, 0, new Uint8Array(expected.length));
      await simulator.writeMemory(path, 0, expected);
      const inner = [0xff, 0x00, 0xff];
      await simulator.writeMemory(path, wordBytes + 1, Uint8Array.from(inner));
      inner.forEach((byte, index) => {
        expected[wordBytes + 1 + index] = byte & mask(wordBytes + 1 + index);
      });
      expect([width, ...(await simulator.readMemory(path, 0, expected.length))]).toEqual([
        width,
        ...expected,
      ]);
      expect(await simulator.readMemory(path, 3, 4)).toEqual(expected.slice(3, 7));
      simulator.poke("address", 3n);
      const word = [...expected.slice(3 * wordBytes, 4 * wordBytes)].reduceRight(
        (sum, byte) => (sum << 8n) | BigInt(byte),
        0n,
      );
      expect(await simulator.peek(`word${String(width)}`)).toBe(word);
    }
    simulator.poke("write", 1n);
    await simulator.run(1);
    for (const width of WIDTHS)
      expect(await simulator.peek(`word${String(width)}`)).toBe((1n << BigInt(width)) - 2n);
    await simulator.close();
  },
);

test.for(engines.filter(([engine]) => engine !== "icarus"))(
  "%s starts unset state from the seed, and from 0 without one",
  { timeout: 120_000 },
  async ([engine, tool], { skip }) => {
    skip(findTool(tool) === undefined, `${tool} is not installed`);
    const start = async (seed: number | undefined): Promise<bigint> => {
      const simulator = await open("unknown_state", unknownState(), {
        engine,
        ...(seed === undefined ? {} : { seed }),
      });
      simulator.poke("rst", 0n);
      await simulator.run(3);
      const held = await simulator.peek("held");
      await simulator.close();
      return held;
    };
    expect(await start(undefined)).toBe(0n);
    const seeds = await Promise.all([1, 2, 3, 4, 5].map(start));
    expect(new Set(seeds).size).toBe(5);
    expect(await start(3)).toBe(seeds[2]);
  },
);

const formats = engines
  .filter(([engine]) => engine !== "embedded")
  .flatMap(([engine, tool]) => (["vcd", "fst"] as const).map((format) => [engine, format, tool] as const));

test.for(formats)(
  "%s writes a waveform as %s",
  { timeout: 120_000 },
  async ([engine, format, tool], { skip }) => {
    skip(findTool(tool) === undefined, `${tool} is not installed`);
    skip(
      format === "fst" && engine === "verilator" && !existsSync("/usr/include/zlib.h"),
      "zlib's headers are not installed",
    );
    const folder = mkdtempSync(join(tmpdir(), "hidalgo-trace-"));
    try {
      const trace = join(folder, `wave.${format}`);
      const simulator = await open("counter", counter(20), { engine, trace });
      await simulator.run(2);
      simulator.poke("rst", 0n);
      await simulator.run(40);
      await simulator.close();
      const bytes = readFileSync(trace);
      expect(bytes.length).toBeGreaterThan(200);
      if (format === "vcd") expect(bytes.toString()).toMatch(/\$var (reg|wire)\s+16 \S+ count/u);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
