import { expect, test } from "vitest";
import {
  compileAccelerator,
  deviceMemory,
  estimateStep,
  loadDevice,
  type ModelShape,
  type Row,
} from "../../backend-hls/index.ts";
import { searchedStep } from "./searched-step.ts";

const windows = [undefined, 8, undefined, 8, undefined, 8, undefined] as const;

const model: ModelShape = {
  hidden: 32,
  layers: windows.length,
  heads: 4,
  kvHeads: 2,
  headDim: 8,
  ffn: 48,
  vocab: 96,
  windows,
  maxContext: 64,
  eps: 1e-5,
  blockSize: 4,
};

function rowsAt(position: number, count: number, emits: boolean): readonly Row[] {
  const blocks = Array.from({ length: 16 }, (_, index) => 1 + index);
  return Array.from({ length: count }, (_, row) => ({
    token: 0,
    position: position + row,
    blocks,
    sequence: 0,
    emit: emits && row === count - 1 ? "argmax" : "none",
  }));
}

test.each(["kv260", "ref64"])(
  "layers that were not replayed follow from those that were: %s",
  (name) => {
    const device = loadDevice(name);
    if (device.kind === "error") throw new Error(name);
    const pk = device.value.axi.data_bits / 8;
    const made = compileAccelerator({
      model,
      shape: { pn: 1, pk, pt: 2, rows: 4 },
      device: device.value,
      clockMhz: device.value.clock_mhz,
      schedule: "optimized",
    });
    if (made.kind === "error") throw new Error(JSON.stringify(made.diagnostics));
    const memory = deviceMemory(device.value, { depthBeats: 2 ** 20, addressBits: 32, dataBits: 8 * pk });
    for (const [position, emits] of [
      [0, true],
      [0, false],
      [40, true],
      [57, false],
    ] as const) {
      const rows = rowsAt(position, 4, emits);
      const { cycles } = estimateStep(made.value, rows, { memory });
      expect(Math.abs(searchedStep(made.value, rows, memory) / cycles - 1)).toBeLessThan(0.02);
    }
  },
  240_000,
);
