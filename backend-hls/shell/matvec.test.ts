import { expect, test } from "vitest";
import { peakBeatsPerCycle } from "../../ir/index.ts";
import { bench } from "./testing/evaluate.ts";
import { type Matvec, matvecBench, matvecMemory } from "./testing/matvec.ts";

const signed = (seed: number): number => (((seed * 2654435761) >>> 13) % 256) - 128;

interface Measured {
  readonly sums: readonly number[];
  readonly beatsPerCycle: number;
  readonly firstBeat: number;
}

function measure(spec: Matvec, weight: (row: number, column: number) => number): Measured {
  const { top, modules } = matvecBench(spec);
  const dut = bench(top.module, modules);
  const store = dut.memory("store");
  const beats = (spec.rows * spec.columns) / 8;
  for (let beat = 0; beat < beats; beat += 1) {
    let word = 0n;
    for (let lane = 0; lane < 8; lane += 1) {
      const at = beat * 8 + lane;
      word |=
        BigInt.asUintN(8, BigInt(weight(Math.floor(at / spec.columns), at % spec.columns))) <<
        BigInt(lane * 8);
    }
    store.set(BigInt(beat), word);
  }
  dut.set({ rst: 1 });
  dut.tick();
  dut.set({ rst: 0, load: 1 });
  for (let word = 0; word < spec.columns / 8; word += 1) {
    const lanes = spec.activations.slice(word * 8, word * 8 + 8);
    dut.set({
      load_index: word,
      load_word: lanes.reduce(
        (sum, value, lane) => sum | (BigInt.asUintN(8, BigInt(value)) << BigInt(lane * 8)),
        0n,
      ),
    });
    dut.tick();
  }
  dut.set({ load: 0, req_valid: 1, req_data: BigInt(beats) << 32n });
  const sums: number[] = [];
  let [cycle, first, last, seen] = [0, 0, 0, 0];
  for (; sums.length < spec.rows && cycle < beats * 3; cycle += 1) {
    if (dut.get("beat") === 1n) {
      if (seen === 0) first = cycle;
      seen += 1;
      last = cycle;
    }
    if (dut.get("sum_valid") === 1n) sums.push(Number(BigInt.asIntN(32, dut.get("sum"))));
    dut.tick();
    dut.set({ req_valid: 0 });
  }
  expect(seen).toBe(beats);
  expect(dut.get("error_code")).toBe(0n);
  expect(Number(dut.get("stream_cycles"))).toBe(last - first + 1);
  return { sums, beatsPerCycle: seen / (last - first + 1), firstBeat: first };
}

test("an int8 matrix-vector product streams at 0.95 or more of what the DRAM allows", () => {
  const [rows, columns] = [512, 256];
  const activations = Array.from({ length: columns }, (_, index) => signed(index + 99));
  const spec: Matvec = {
    rows,
    columns,
    activations,
    memory: matvecMemory(2 ** 15),
    responseDepth: 64,
    maxBurst: 32,
  };
  const weight = (row: number, column: number): number => signed(row * columns + column);
  const { sums, beatsPerCycle, firstBeat } = measure(spec, weight);
  expect(sums).toEqual(
    Array.from({ length: rows }, (_, row) =>
      activations.reduce((sum, value, column) => sum + value * weight(row, column), 0),
    ),
  );
  const peak = peakBeatsPerCycle(spec.memory);
  console.info(
    `beats per cycle ${beatsPerCycle.toFixed(4)}, DRAM bound ${peak.toFixed(4)}, ratio ${(beatsPerCycle / peak).toFixed(4)}, first beat after ${String(firstBeat)} cycles`,
  );
  expect(beatsPerCycle / peak).toBeGreaterThanOrEqual(0.95);
  expect(beatsPerCycle).toBeLessThanOrEqual(1);
});
