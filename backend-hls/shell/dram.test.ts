import fc from "fast-check";
import { expect, test } from "vitest";
import { bankedMemory, beatBits, type MemoryParameters, MemoryTwin, memoryModule } from "../../ir/index.ts";
import { bench } from "./testing/evaluate.ts";

const port = { dataBits: 64, addressBits: 32, depthBeats: 2 ** 12, queueDepth: 4 };
const small = {
  kind: "DDR-like",
  mts: 1600,
  width_bits: 32,
  banks: 4,
  row_bytes: 2048,
  ns: { trcd: 15, trp: 15, tcl: 15, tras: 38, trfc: 160, trefi: 1000, twtr: 8 },
};
const memories: readonly (readonly [string, MemoryParameters])[] = [
  ["banked, full rate", bankedMemory(small, 200, port)],
  [
    "banked, three quarters of the port's rate",
    bankedMemory({ ...small, mts: 300, width_bits: 32 }, 200, port),
  ],
  ["ideal", { ...port, kind: "ideal", readLatency: 5 }],
];

interface Cycle {
  readonly read: boolean;
  readonly write: boolean;
  readonly data: boolean;
  readonly ready: boolean;
  readonly beat: number;
  readonly length: number;
}

const cycle = fc.record({
  read: fc.boolean(),
  write: fc.boolean(),
  data: fc.boolean(),
  ready: fc.boolean(),
  beat: fc.integer({ min: 0, max: 255 }),
  length: fc.constantFrom(0, 1, 7, 15),
});

/** Runs hardware and twin side by side; both see the same master, which holds its requests until they are taken. */
function compare(name: string, memory: MemoryParameters, trace: readonly Cycle[]): void {
  const module = memoryModule(name, memory);
  const dut = bench(module, [module]);
  const twin = new MemoryTwin(memory);
  dut.set({ rst: 1 });
  dut.tick();
  dut.set({ rst: 0 });
  const bit = (flag: boolean): number => (flag ? 1 : 0);
  const mask = 2 ** beatBits(memory) - 1;
  for (const { read, write, data, ready, beat, length } of trace) {
    const readBeat = (beat * 48) & mask;
    const writeBeat = (beat * 80 + 16) & mask;
    dut.set({
      s_axi_arvalid: bit(read),
      s_axi_araddr: readBeat * 8,
      s_axi_arlen: length,
      s_axi_rready: bit(ready),
      s_axi_awvalid: bit(write),
      s_axi_awaddr: writeBeat * 8,
      s_axi_awlen: length,
      s_axi_wvalid: bit(data),
      s_axi_bready: bit(ready),
    });
    const outputs = twin.step({
      readValid: bit(read),
      readBeat,
      readLength: length,
      writeValid: bit(write),
      writeBeat,
      writeLength: length,
      dataValid: bit(data),
      readReady: bit(ready),
      responseReady: bit(ready),
    });
    const hardware = ["arready", "awready", "wready", "rvalid", "bvalid"].map((output) =>
      Number(dut.get(`s_axi_${output}`)),
    );
    expect(hardware).toEqual([
      outputs.readReady,
      outputs.writeReady,
      outputs.dataReady,
      outputs.readAvailable,
      outputs.responseAvailable,
    ]);
    if (outputs.readAvailable === 1) expect(Number(dut.get("s_axi_rlast"))).toBe(outputs.readLast);
    dut.tick();
  }
}

test.each(memories)("the twin equals the hardware on random traces: %s", (name, memory) => {
  fc.assert(
    fc.property(fc.array(cycle, { minLength: 300, maxLength: 900 }), (trace) => {
      compare(`memory_${name.length}`, memory, trace);
    }),
    { numRuns: 10, seed: 7 },
  );
});
