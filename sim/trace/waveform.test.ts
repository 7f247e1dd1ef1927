import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { HwBuilder, type Operation, type Result, renderDiagnostic } from "../../ir/index.ts";
import { buildSimulator, type SimulatorOptions } from "../build-simulator.ts";
import { findTool } from "../hosted/run-tool.ts";
import type { EngineName, WatchingSimulator } from "../simulator.ts";
import { readVcd, type VcdTrack, valueAt } from "../testing/read-vcd.ts";
import { counter } from "../testing/small-designs.ts";

/** A counter in an instance, a wide register of it and an input that is added. */
function nested(): readonly Operation[] {
  const inner = counter(5);
  const b = new HwBuilder("outer", [
    { name: "clk", width: "clock" },
    { name: "rst", width: 1 },
    { name: "add", width: 16 },
  ]);
  const { count = b.constant(0, 16), done = b.constant(0, 1) } = b.instance(inner, "inner", {
    clk: b.input("clk"),
    rst: b.input("rst"),
  });
  const sum = b.register(b.add(count, b.input("add")), { name: "sum", reset: 0n });
  const wide = b.register(b.concat(sum, count, sum, count, sum), { name: "wide", reset: 0n });
  b.output("wide", wide);
  b.output("done", done);
  return [inner, b.finish()];
}

function open(result: Result<WatchingSimulator>): WatchingSimulator {
  if (result.kind === "ok") return result.value;
  throw new Error(result.diagnostics.map(renderDiagnostic).join("\n"));
}

async function traced(
  engine: EngineName,
  traceView: SimulatorOptions["traceView"] & object,
): Promise<ReadonlyMap<string, VcdTrack>> {
  const folder = mkdtempSync(join(tmpdir(), "hidalgo-wave-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const trace = join(folder, "wave.vcd");
  const simulator = open(await buildSimulator("outer", nested(), { engine, trace, traceView }));
  simulator.poke("add", 3n);
  simulator.poke("rst", 1n);
  await simulator.run(4);
  simulator.poke("rst", 0n);
  const watched = await simulator.runWatching(30, undefined, [{ valid: "done", data: "wide" }]);
  expect(watched.events).toEqual([{ cycle: 5, stream: 0, data: 0x0006_0004_0006_0004_0006n }]);
  simulator.poke("add", 100n);
  await simulator.run(10, "done");
  await simulator.close();
  const tracks = readVcd(readFileSync(trace, "utf8"));
  return new Map([...tracks].map(([name, track]) => [name.replace(/^(?:.*\.d0|outer)\./u, ""), track]));
}

const engines = [
  ["embedded", "node"],
  ["verilator", "verilator"],
  ["icarus", "iverilog"],
] as const;

test.for(engines)(
  "%s: names and values of a waveform are those of the Verilog",
  { timeout: 120_000 },
  async ([engine, tool], { skip }) => {
    skip(findTool(tool) === undefined, `${tool} is not installed`);
    const tracks = await traced(engine, {});
    for (let cycle = 0; cycle < 40; cycle++) {
      const count = cycle < 4 ? 0 : cycle - 4;
      expect(valueAt(tracks.get("clk"), 2 * cycle)).toBe(0n);
      expect(valueAt(tracks.get("clk"), 2 * cycle + 1)).toBe(1n);
      if (cycle < 6) continue; // from here on everything is known
      expect(valueAt(tracks.get("inner.count"), 2 * cycle)).toBe(BigInt(count));
      expect(valueAt(tracks.get("add"), 2 * cycle)).toBe(cycle < 34 ? 3n : 100n);
      expect(valueAt(tracks.get("sum"), 2 * cycle)).toBe(BigInt(count - 1 + (cycle < 35 ? 3 : 100)));
      expect(valueAt(tracks.get("wide"), 2 * cycle + 1)).toBe(valueAt(tracks.get("wide"), 2 * cycle + 2));
      expect(tracks.get("wide")?.width).toBe(80);
    }
  },
);

test.for(engines)(
  "%s: a window in cycles, a scope and a depth",
  { timeout: 120_000 },
  async ([engine, tool], { skip }) => {
    skip(findTool(tool) === undefined, `${tool} is not installed`);
    const tracks = await traced(engine, { window: { from: 10, to: 12 }, scopes: ["inner"], depth: 1 });
    const shown = [...tracks.keys()];
    expect(shown.every((name) => name.startsWith("inner."))).toBe(true);
    expect(shown).toContain("inner.count");
    const known = (tracks.get("inner.count")?.changes ?? []).filter(({ bits }) => !bits.includes("x"));
    expect(known.map(({ time }) => time)).toEqual([20, 21, 23, 25]);
    expect(valueAt(tracks.get("inner.count"), 20)).toBe(6n);
    expect((await traced(engine, { depth: 1 })).has("inner.count")).toBe(false);
  },
);

test("the embedded simulator says which waveforms it writes", async () => {
  const built = await buildSimulator("outer", nested(), { engine: "embedded", trace: "wave.fst" });
  expect(built).toMatchObject({ kind: "error", diagnostics: [{ code: "SIM0011" }] });
});
