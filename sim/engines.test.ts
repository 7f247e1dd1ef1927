import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emitVerilog } from "../backend-verilog/index.ts";
import { buildBatch, type EngineName, findTool, synthesize } from "./index.ts";
import { Oracle } from "./testing/oracle.ts";
import { Choices, randomDesign } from "./testing/random-design.ts";

/** Seeds from `first` on. Seed 134 once met a comparison that Verilator 5.006 folds wrongly. */
const batches = [
  { first: 0, count: 30, size: 25 },
  { first: 100, count: 25, size: 30 },
  { first: 125, count: 25, size: 30 },
];
const tools: readonly (readonly [EngineName, string | undefined])[] = [
  ["embedded", undefined],
  ["icarus", "iverilog"],
  ["verilator", "verilator"],
];
const cases = tools.flatMap(([engine, tool]) => batches.map((batch) => ({ engine, tool, ...batch })));

test.for(cases)(
  "$engine gives the outputs of the reference in every cycle of $count random designs from seed $first",
  { timeout: 240_000 },
  async ({ engine, tool, first, count, size }, { skip }) => {
    skip(tool !== undefined && findTool(tool) === undefined, `${tool ?? ""} is not installed`);
    const designs = Array.from({ length: count }, (_, index) => ({
      seed: first + index,
      ...randomDesign(first + index, size),
    }));
    const built = await buildBatch(designs, { engine });
    if (built.kind === "error") throw new Error(built.diagnostics[0]?.message);
    for (const [index, simulator] of built.value.entries()) {
      const design = designs[index];
      if (design === undefined) continue;
      const oracle = new Oracle(design.top, design.modules);
      const c = new Choices(design.seed + 7);
      const drive = (rst: bigint, value: (width: number) => bigint): void => {
        for (const [name, bits] of [
          ["rst", rst] as const,
          ...design.inputs.map((input) => [input.name, value(input.width)] as const),
        ]) {
          simulator.poke(name, bits);
          oracle.poke(name, bits);
        }
      };
      drive(1n, () => 0n);
      await simulator.run(4);
      for (let step = 0; step < 4; step += 1) oracle.step();
      for (let cycle = 0; cycle < 20; cycle += 1) {
        drive(c.below(12) === 0 ? 1n : 0n, (width) => c.bits(width));
        for (const { name } of design.outputs) {
          expect(
            `seed ${String(design.seed)} cycle ${String(cycle)} ${name} ${String(await simulator.peek(name))}`,
          ).toBe(`seed ${String(design.seed)} cycle ${String(cycle)} ${name} ${String(oracle.peek(name))}`);
        }
        await simulator.run(1);
        oracle.step();
      }
      await simulator.close();
    }
  },
);

test("yosys maps a random design without latches", { timeout: 120_000 }, async ({ skip }) => {
  skip(findTool("yosys") === undefined, "yosys is not installed");
  const design = randomDesign(13, 25);
  const report = await synthesize(emitVerilog(design.modules), design.top, "xc7");
  if (report.kind === "error") throw new Error(report.diagnostics[0]?.message);
  expect(report.value.total.latches).toBe(0);
  expect(report.value.total.ff).toBeGreaterThan(0);
});

test("random designs are clean under verilator -Wall", { timeout: 120_000 }, ({ skip }) => {
  skip(findTool("verilator") === undefined, "verilator is not installed");
  const folder = mkdtempSync(join(tmpdir(), "hidalgo-lint-"));
  try {
    for (let seed = 0; seed < 15; seed += 1) {
      const { modules, top } = randomDesign(seed, 25, `lint${String(seed)}`);
      const files = [...emitVerilog(modules)];
      for (const [name, text] of files) writeFileSync(join(folder, name), text);
      const lint = spawnSync(
        "verilator",
        ["--lint-only", "-Wall", "--top-module", top, ...files.map(([name]) => name)],
        { cwd: folder, encoding: "utf8" },
      );
      expect(lint.stderr).toBe("");
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
