import { expect, test } from "vitest";
import { builtSpan, defineDiagnostic } from "../../ir/index.ts";
import { type HwSimulator, SimulationError } from "../../sim/index.ts";
import type { Device, RowDescriptor } from "../device.ts";
import { type AcceleratorProgram, openSimulatedAccelerator } from "./simulated.ts";

const names = [
  "control",
  "interrupt_global",
  "interrupt_enable",
  "interrupt_status",
  "error_code",
  "error_where",
];
const counters = ["total", "busy", "dram_read_cycles", "dram_write_cycles", "fifo_full_cycles"];
const more = ["fifo_empty_cycles", "drain_cycles"];
const words = [...counters, ...more].flatMap((name) => [`${name}_lo`, `${name}_hi`]);
const settings = ["gmem0_base", "gmem0_limit", "watchdog_limit", "rows"];
const registers = Object.fromEntries([...names, ...words, ...settings].map((name, i) => [name, 4 * i]));

const program: AcceleratorProgram = {
  capabilities: {
    rows: 1,
    sequences: 1,
    blockSize: 4,
    blocks: 3,
    maxContext: 8,
    vocab: 9,
    emits: ["none", "argmax"],
    candidates: 0,
    hasTrees: false,
  },
  registers,
  describeError: (_, where) => ({
    name: "read_region",
    what: `engine ${where}`,
    hint: "mind the regions",
  }),
  memory: [{ address: 0, bytes: Uint8Array.of(1, 2) }],
  setup: [
    { register: "gmem0_base", value: 0 },
    { register: "gmem0_limit", value: 64 },
  ],
  outputs: () => [{ address: 8, bytes: 4 }],
  encode: () => ({
    memory: [{ address: 4, bytes: Uint8Array.of(7) }],
    command: [{ register: "rows", value: 1 }],
    transferred: { weights: 1, kvRead: 2, kvWrite: 3, other: 4 },
  }),
  decode: (_, outputs) => [{ kind: "argmax", row: 0, token: outputs[0]?.bytes[0] ?? 0 }],
};

const row: RowDescriptor = {
  token: 1,
  position: 0,
  kvSlot: 4,
  sequence: 0,
  blockTable: [1],
  visible: 1n,
  emit: "argmax",
};

/** Registers, a byte memory, and an answer to start: what an accelerator looks like from outside. */
function fakeSimulator(values: Readonly<Record<string, bigint>>, finish: () => boolean): HwSimulator {
  const inputs = new Map<string, bigint>();
  const store = new Uint8Array(64).fill(5);
  const nameAt = new Map(Object.entries(registers).map(([name, offset]) => [BigInt(offset), name]));
  return {
    poke: (input, value) => {
      inputs.set(input, value);
    },
    peek: (output) => {
      const name = nameAt.get(inputs.get("s_axi_control_araddr") ?? 0n) ?? "";
      return Promise.resolve(output.startsWith("s_axi_") ? (values[name] ?? 0n) : 0n);
    },
    run: (cycles, until) => {
      const stopped = until !== undefined && finish();
      return Promise.resolve({ cycles: stopped ? 10 : cycles, stopped });
    },
    writeMemory: (_, address, bytes) => {
      store.set(bytes, address);
      return Promise.resolve();
    },
    readMemory: (_, address, length) => Promise.resolve(store.slice(address, address + length)),
    close: () => Promise.resolve(),
  };
}

async function open(simulator: HwSimulator): Promise<Device> {
  const options = { memoryPath: "memory.store", mostCycles: 200_000 };
  const device = await openSimulatedAccelerator(simulator, program, options);
  if (device.kind === "error") throw new Error(JSON.stringify(device.diagnostics));
  return device.value;
}

test("a step gives emissions, counters of 48 bits, and the gap of the host", async () => {
  const device = await open(fakeSimulator({ total_lo: 5n, total_hi: 1n, busy_lo: 4n }, () => true));
  const first = await device.step([row]);
  expect(first).toMatchObject({
    kind: "ok",
    value: {
      emissions: [{ kind: "argmax", row: 0, token: 5 }],
      counters: { cycles: 2 ** 32 + 5, busy: 4, hostGap: 0, bytes: { weights: 1, other: 4 } },
    },
  });
  const second = await device.step([row]);
  if (second.kind === "error") throw new Error("the second step failed");
  expect(second.value.counters?.hostGap).toBeGreaterThan(0);
  await device.close();
});

test("an error code ends the step with its name", async () => {
  const device = await open(fakeSimulator({ error_code: 2n, total_lo: 77n }, () => true));
  const ended = await device.step([row]);
  expect(ended).toMatchObject({ kind: "error", diagnostics: [{ code: "HOST0010" }] });
  if (ended.kind === "error")
    expect(ended.diagnostics[0]?.message).toContain("engine 0 (read_region, code 2); 77 cycles");
});

test("an accelerator that does not answer is a diagnostic", async () => {
  const device = await open(fakeSimulator({}, () => false));
  expect(await device.step([row])).toMatchObject({ kind: "error", diagnostics: [{ code: "HOST0011" }] });
});

test("a simulation that dies is a diagnostic", async () => {
  const died = defineDiagnostic("TEST0001", "error", () => ({ message: "gone" }));
  const simulator = fakeSimulator({}, () => {
    throw new SimulationError(died(builtSpan("test"), {}));
  });
  const device = await open(simulator);
  expect(await device.step([row])).toMatchObject({ kind: "error", diagnostics: [{ code: "TEST0001" }] });
});

test("rows that the accelerator cannot take are a bug of the caller", async () => {
  const device = await open(fakeSimulator({}, () => true));
  await expect(device.step([])).rejects.toThrow("0 rows");
  await expect(device.step([{ ...row, visible: 3n }])).rejects.toThrow("sees itself");
  await expect(device.step([{ ...row, emit: "logits" }])).rejects.toThrow("logits");
});
