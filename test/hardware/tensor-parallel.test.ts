import { expect, test } from "vitest";
import { loadDevice, StepEstimator, simulationTop } from "../../backend-hls/index.ts";
import { Choices } from "../../bench/fuzz/choices.ts";
import { differenceOf, stepOf } from "../../bench/rows/compare-devices.ts";
import { rowsOfRuns } from "../../bench/rows/mixed-steps.ts";
import { deviceFor, takeValue, withHardware } from "../../bench/rows/play-configuration.ts";
import { playMixed } from "../../bench/rows/play-mixed.ts";
import { plainConfig, randomCheckpoint } from "../../bench/rows/random-checkpoint.ts";
import { type CompiledDesign, chooseMemory, compileDesign, type Design } from "../../cli/index.ts";
import { parsePrecision, quantizeTo } from "../../frontend/index.ts";
import { fail } from "../../ir/index.ts";
import { openSimulatedAccelerator, type RowDescriptor } from "../../runtime-host/index.ts";
import { buildSimulator, type HwSimulator } from "../../sim/index.ts";

const file = takeValue(loadDevice("ref64"));
const config = { ...plainConfig, layers: 2, heads: 4, kvHeads: 2, ffn: 36, vocab: 40, window: 11 };

function compiled(parts: number, kv: 8 | 16, array: Design["array"]): CompiledDesign {
  const checkpoint = randomCheckpoint(config, parts);
  const quantized = quantizeTo(checkpoint, takeValue(parsePrecision("w8a8", { kv })));
  const sizes = { blockSize: 4, maxContext: 32, sequences: 4 };
  return takeValue(
    compileDesign({ checkpoint, device: deviceFor(file, array), array, parts, quantized, ...sizes }),
  );
}

const outputs = { candidates: 5, logits: true };

test.each([
  { parts: 2, kv: 8, array: { pn: 2, pk: 4, pt: 2, rows: 4, outputs } },
  { parts: 4, kv: 16, array: { pn: 4, pk: 4, rows: 3, outputs } },
] as const)(
  "$parts accelerators give the bits of the reference: rows in any mixture, trees among them, keys and values in $kv bits",
  async ({ parts, kv, array }) => {
    const design = compiled(parts, kv, array);
    const played = await withHardware(design, { simulator: "embedded" }, (device) =>
      playMixed(device, design.openReference(), { sequences: 3, length: 7, choices: new Choices(3) }),
    );
    expect(played.difference).toBeUndefined();
    expect(played.emissions).toBeGreaterThan(2);
  },
  240_000,
);

/** Consecutive rows of one sequence, the last of which emits. */
function rowsFrom(position: number, count: number): readonly RowDescriptor[] {
  const tokens = Array.from({ length: position + count }, (_, n) => (7 * n + 3) % config.vocab);
  const sequence = { id: 0, tokens, computed: position, blocks: [3, 1, 4, 2, 5, 6, 7, 8] };
  return rowsOfRuns([{ sequence, count }], 4, (_, n) => (n + 1 === tokens.length ? "argmax" : "none"));
}

test("the exchange is estimated to the cycle", async () => {
  const array = { pn: 2, pk: 8, pt: 2, rows: 6, outputs: { candidates: 1, logits: false } };
  const design = compiled(2, 8, array);
  const { layout, plan } = design.compiled;
  const device = deviceFor(file, array);
  const sizes = { memoryBytes: layout.bytes, beatBytes: plan.beatBytes, clockMhz: device.clock_mhz };
  const { parameters: memory } = takeValue(chooseMemory(undefined, device, sizes));
  const linkLatency = 21;
  const estimator = new StepEstimator(design.compiled, { memory, linkLatency, breakdown: true });
  await withHardware(design, { simulator: "embedded", linkLatency }, async (opened) => {
    for (const [position, count] of [
      [0, 5],
      [5, 1],
      [6, 2],
    ] as const) {
      const rows = rowsFrom(position, count);
      const { counters } = await stepOf(opened, rows);
      const asRows = rows.map(({ kvSlot: slot, blockTable: blocks, ...row }) => ({ ...row, slot, blocks }));
      const { cycles, breakdown } = estimator.step(asRows, counters?.started);
      expect(cycles).toBe(counters?.cycles);
      expect(breakdown?.path.reduce((sum, part) => sum + part.cycles, 0)).toBe(cycles);
      expect(breakdown?.bound.cycles).toBeLessThanOrEqual(cycles);
      const onLink = breakdown?.path.filter(({ part, cause }) => part === "link" && cause === "link");
      const [exchanges, words] = [
        4 * config.layers,
        onLink?.reduce((sum, { cycles: some }) => sum + some, 0),
      ];
      expect(words).toBeGreaterThanOrEqual(exchanges * linkLatency);
    }
  });
}, 240_000);

/** Two accelerators, the second of which can be told a token that there is not. */
async function openFaulty(design: CompiledDesign, array: Design["array"]) {
  const { layout, plan, system, top } = design.compiled;
  const device = deviceFor(file, array);
  const sizes = { memoryBytes: layout.bytes, beatBytes: plan.beatBytes, clockMhz: device.clock_mhz };
  const { parameters } = takeValue(chooseMemory(undefined, device, sizes));
  const product = { top, modules: [...system.modules, top] };
  const cluster = { accelerators: 2, latency: 9 };
  const simulated = simulationTop("shared", product, parameters, { cluster });
  const simulator = takeValue(await buildSimulator("shared", simulated.modules, { engine: "embedded" }));
  const fault = { isArmed: false };
  const faulty: HwSimulator = {
    poke: (name, value) => {
      simulator.poke(name, value);
    },
    peek: (name) => simulator.peek(name),
    run: (cycles, until) => simulator.run(cycles, until),
    readMemory: (...args) => simulator.readMemory(...args),
    close: () => simulator.close(),
    writeMemory: (path, address, bytes) => {
      const isHit = fault.isArmed && path === "memory1.store" && address === layout.regions.descriptors.base;
      return simulator.writeMemory(
        path,
        address,
        isHit ? bytes.map((byte, n) => (n < 4 ? 127 : byte)) : bytes,
      );
    },
  };
  const paths = { memoryPath: "memory.store", otherMemories: ["memory1.store"] };
  const limits = { ...paths, watchdogCycles: 3000 };
  return { fault, device: takeValue(await openSimulatedAccelerator(faulty, design.program(), limits)) };
}

test("one that fails ends the step for all, the next step works; blocks move with the parts of all", async () => {
  const array = { pn: 4, pk: 4, rows: 4, outputs: { candidates: 3, logits: false } };
  const design = compiled(2, 8, array);
  const reference = design.openReference();
  const { device, fault } = await openFaulty(design, array);
  const same = async (rows: readonly RowDescriptor[]): Promise<void> => {
    const wanted = await stepOf(reference, rows);
    expect(differenceOf((await stepOf(device, rows)).emissions, wanted.emissions)).toBeUndefined();
  };
  await same(rowsFrom(0, 4));
  fault.isArmed = true;
  const failed = await device.step(rowsFrom(4, 1));
  expect(failed.kind === "error" && failed.diagnostics.map(({ message }) => message).join()).toContain(
    "bad_token",
  );
  fault.isArmed = false;
  await same(rowsFrom(4, 1));
  const { kv } = device;
  const block = takeValue((await kv?.readBlock(3)) ?? fail());
  takeValue((await kv?.writeBlock(9, block)) ?? fail());
  takeValue(
    (await kv?.writeBlock(
      3,
      block.map(() => 0),
    )) ?? fail(),
  );
  const [row] = rowsFrom(5, 1);
  if (row === undefined) throw new Error("no row");
  const wanted = await stepOf(reference, [row]);
  const moved = { ...row, blockTable: row.blockTable.map((one) => (one === 3 ? 9 : one)) };
  expect(differenceOf((await stepOf(device, [moved])).emissions, wanted.emissions)).toBeUndefined();
  await device.close();
}, 240_000);
