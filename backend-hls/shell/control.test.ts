import { expect, test } from "vitest";
import { controlRegistersModule } from "./control-registers.ts";
import { cycleCountersModule, STALL_CAUSES } from "./counters.ts";
import { manifestRegisters, placeRegisters } from "./register-map.ts";
import type { Bench } from "./testing/evaluate.ts";
import { randomSource, resetBench } from "./testing/reset.ts";
import { watchdogModule } from "./watchdog.ts";

const REGISTERS = placeRegisters([
  { name: "rows", access: "rw", width: 7 },
  { name: "weights_base", access: "rw", width: 64 },
  { name: "error", access: "ro", width: 4 },
  { name: "total_cycles", access: "ro", width: 48 },
]);

const name = (signal: string): string => `s_axi_control_${signal}`;

function write(dut: Bench, offset: number, data: number, strobes = 15): number {
  dut.set({
    [name("awaddr")]: offset,
    [name("awvalid")]: 1,
    [name("wdata")]: data,
    [name("wstrb")]: strobes,
    [name("wvalid")]: 1,
    [name("bready")]: 1,
  });
  for (let cycle = 0; cycle < 10; cycle += 1) {
    const answered = dut.get(name("bvalid")) === 1n;
    const response = Number(dut.get(name("bresp")));
    dut.tick();
    dut.set({ [name("awvalid")]: 0, [name("wvalid")]: 0 });
    if (answered) return response;
  }
  throw new Error("no answer to a write");
}

function read(dut: Bench, offset: number): { readonly data: number; readonly response: number } {
  dut.set({ [name("araddr")]: offset, [name("arvalid")]: 1, [name("rready")]: 1 });
  dut.tick();
  dut.set({ [name("arvalid")]: 0 });
  expect(dut.get(name("rvalid"))).toBe(1n);
  const answer = { data: Number(dut.get(name("rdata"))), response: Number(dut.get(name("rresp"))) };
  dut.tick();
  return answer;
}

function pulse(dut: Bench, input: string): void {
  dut.set({ [input]: 1 });
  dut.tick();
  dut.set({ [input]: 0 });
}

test("registers are placed, listed and reach the design", () => {
  expect(manifestRegisters(REGISTERS).map(({ name: word, offset }) => [word, offset])).toEqual([
    ["control", 0],
    ["interrupt_global", 4],
    ["interrupt_enable", 8],
    ["interrupt_status", 12],
    ["rows", 0x10],
    ["weights_base_lo", 0x18],
    ["weights_base_hi", 0x1c],
    ["error", 0x20],
    ["total_cycles_lo", 0x28],
    ["total_cycles_hi", 0x2c],
  ]);
  const dut = resetBench(controlRegistersModule("control", REGISTERS));
  expect(write(dut, 0x10, 0x55)).toBe(0);
  expect(write(dut, 0x18, 0x89abcdef)).toBe(0);
  expect(write(dut, 0x1c, 0x01234567)).toBe(0);
  expect(write(dut, 0x18, 0xff, 1)).toBe(0);
  expect(dut.get("rows")).toBe(0x55n);
  expect(dut.get("weights_base")).toBe(0x0123456789abcdffn);
  expect(read(dut, 0x1c)).toEqual({ data: 0x01234567, response: 0 });
  dut.set({ error: 9, total_cycles: 0x1234_5678_9abcn });
  expect(read(dut, 0x20).data).toBe(9);
  expect(read(dut, 0x28).data).toBe(0x56789abc);
  expect(read(dut, 0x2c).data).toBe(0x1234);
});

test("an access to no register, or a write to a read-only one, is answered with an error", () => {
  const dut = resetBench(controlRegistersModule("control", REGISTERS));
  expect(write(dut, 0x14, 1)).toBe(2);
  expect(write(dut, 0x20, 1)).toBe(2);
  expect(read(dut, 0x3c)).toEqual({ data: 0, response: 2 });
});

test("start, done, idle and the interrupt follow the ap_ctrl_hs protocol", () => {
  const dut = resetBench(controlRegistersModule("control", REGISTERS));
  write(dut, 4, 1);
  write(dut, 8, 1);
  expect(read(dut, 0).data).toBe(0b100);
  let starts = 0;
  dut.set({
    [name("awaddr")]: 0,
    [name("awvalid")]: 1,
    [name("wdata")]: 1,
    [name("wstrb")]: 15,
    [name("wvalid")]: 1,
  });
  for (let cycle = 0; cycle < 8; cycle += 1) {
    dut.tick();
    dut.set({ [name("awvalid")]: 0, [name("wvalid")]: 0 });
    starts += Number(dut.get("start"));
  }
  expect(starts).toBe(1);
  expect(read(dut, 0).data).toBe(0b001);
  pulse(dut, "done");
  expect(dut.get("interrupt")).toBe(1n);
  expect(read(dut, 0).data).toBe(0b1110);
  expect(read(dut, 0).data).toBe(0b0100);
  write(dut, 12, 1);
  expect(dut.get("interrupt")).toBe(0n);
  pulse(dut, "error_event");
  expect(dut.get("interrupt")).toBe(0n);
  write(dut, 8, 3);
  pulse(dut, "error_event");
  expect(read(dut, 12).data).toBe(2);
});

test("busy cycles and stalls add up to the total", () => {
  const dut = resetBench(cycleCountersModule());
  const random = randomSource(11);
  const expected: Record<string, number> = { total: 0, busy: 0 };
  for (let cycle = 0; cycle < 500; cycle += 1) {
    const running = random(4) !== 0;
    const events = STALL_CAUSES.filter(() => random(4) === 0);
    dut.set({
      running: running ? 1 : 0,
      ...Object.fromEntries(STALL_CAUSES.map((cause) => [cause, events.includes(cause) ? 1 : 0])),
    });
    dut.tick();
    const charged = events[0] === undefined ? "busy" : `${events[0]}_cycles`;
    if (running) for (const counter of ["total", charged]) expected[counter] = (expected[counter] ?? 0) + 1;
  }
  const counted = Object.fromEntries(
    Object.keys(expected).map((counter) => [counter, Number(dut.get(counter))]),
  );
  expect(counted).toEqual(expected);
  const { total = 0, ...parts } = expected;
  expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(total);
  dut.set({ clear: 1, running: 0 });
  dut.tick();
  expect(dut.get("total")).toBe(0n);
});

test("the watchdog expires after `limit` busy cycles without progress", () => {
  const dut = resetBench(watchdogModule());
  dut.set({ busy: 1, limit: 5 });
  for (let cycle = 0; cycle < 20; cycle += 1) {
    dut.set({ progress: cycle % 4 === 0 ? 1 : 0 });
    dut.tick();
    expect(dut.get("expired")).toBe(0n);
  }
  dut.set({ progress: 1 });
  dut.tick();
  dut.set({ progress: 0 });
  for (let cycle = 0; cycle < 5; cycle += 1) {
    expect(dut.get("expired")).toBe(0n);
    dut.tick();
  }
  expect(dut.get("expired")).toBe(1n);
  dut.set({ busy: 0 });
  dut.tick();
  expect(dut.get("expired")).toBe(0n);
});
