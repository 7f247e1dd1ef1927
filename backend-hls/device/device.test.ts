import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { peakBeatsPerCycle } from "../../ir/index.ts";
import { type Device, deviceMemory, knownDevices, loadDevice } from "./index.ts";

const scratch = mkdtempSync(join(tmpdir(), "device-"));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

function load(name: string): Device {
  const result = loadDevice(name);
  if (result.kind === "error") throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

const REFERENCE = [
  "arty-a7-100t",
  "bench512",
  "ecp5-85k",
  "ice40up5k",
  "kv260",
  "ref64",
  "u280",
  "xc7z020",
  "zcu104",
];

test("all reference devices are there", () => {
  expect(knownDevices()).toEqual(expect.arrayContaining(REFERENCE));
});

test.each(REFERENCE)("%s has a valid file with a source for every group of figures", (name) => {
  const device = load(name);
  expect(device.name).toBe(name);
  const groups = [
    "part",
    "resources",
    "clock_mhz",
    "axi",
    "energy",
    ...(device.dram === undefined ? [] : ["dram", "dram.ns"]),
    ...(device.array === undefined ? [] : ["array"]),
  ];
  expect(Object.keys(device.sources)).toEqual(expect.arrayContaining(groups));
  if (device.price_usd !== undefined) expect(device.sources["price_usd"]).toBeDefined();
});

test.each(REFERENCE)("%s has a memory model in whole cycles", (name) => {
  const memory = deviceMemory(load(name), { depthBeats: 2 ** 18, addressBits: 32 });
  const bound = peakBeatsPerCycle(memory);
  expect(bound).toBeGreaterThan(0);
  expect(bound).toBeLessThanOrEqual(1);
});

test("ref64's port is as fast as its memory, less refresh", () => {
  const memory = deviceMemory(load("ref64"), { depthBeats: 2 ** 18, addressBits: 32 });
  expect(memory).toMatchObject({
    kind: "banked",
    rate: { beats: 1, cycles: 1 },
    banks: 16,
    rowBeats: 128,
    trcd: 3,
    trp: 3,
    trfc: 70,
    trefi: 1560,
  });
  expect(peakBeatsPerCycle(memory)).toBeCloseTo(0.9551, 4);
});

test("DEVICE0001: an unknown device lists the known ones", () => {
  const result = loadDevice("kv261");
  expect(result).toMatchObject({
    kind: "error",
    diagnostics: [{ code: "DEVICE0001", message: "there is no device kv261" }],
  });
  expect(JSON.stringify(result)).toContain("kv260");
});

test("DEVICE0002: a missing or garbled file", () => {
  expect(loadDevice(join(scratch, "none.json"))).toMatchObject({
    kind: "error",
    diagnostics: [{ code: "DEVICE0002" }],
  });
  writeFileSync(join(scratch, "garbled.json"), "{");
  expect(loadDevice(join(scratch, "garbled.json"))).toMatchObject({
    kind: "error",
    diagnostics: [{ code: "DEVICE0002" }],
  });
});

test("DEVICE0003: every wrong field is named", () => {
  const wrong = { ...load("ref64"), clock_mhz: -1, axi: { count: 3, data_bits: 64, max_outstanding: 4 } };
  writeFileSync(join(scratch, "wrong.json"), JSON.stringify(wrong));
  const result = loadDevice(join(scratch, "wrong.json"));
  expect(result).toMatchObject({
    kind: "error",
    diagnostics: [{ code: "DEVICE0003" }, { code: "DEVICE0003" }],
  });
  expect(JSON.stringify(result)).toContain("axi.count");
  expect(JSON.stringify(result)).toContain("clock_mhz");
});
