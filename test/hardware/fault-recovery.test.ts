import { expect, test } from "vitest";
import type { FaultKind } from "../../backend-hls/index.ts";
import { buildSimulator } from "../../sim/index.ts";
import { FaultyMachine, LIMITS } from "./faults/faulty-machine.ts";
import { tinyAccelerator, unwrap } from "./faults/tiny-accelerator.ts";

const tiny = tinyAccelerator();

async function openMachine(): Promise<FaultyMachine> {
  const built = unwrap(await buildSimulator("faults", tiny.top.modules, { engine: "embedded" }));
  const machine = new FaultyMachine(tiny, built);
  await machine.open();
  await machine.load(tiny.before);
  return machine;
}

/** The next step ends well and leaves in memory what the level-3 interpreter leaves there. */
async function expectGoodStep(machine: FaultyMachine, rule = 0): Promise<void> {
  await machine.load(tiny.before);
  expect(await machine.step()).toMatchObject({ code: "none", idle: true, interrupted: true });
  expect(Buffer.compare(await machine.memory(), tiny.behind)).toBe(0);
  expect(Number(await machine.peek("axi_violation"))).toBe(rule);
}

const everywhere = { low: 0, high: 2 ** 31, burst: 0, beat: 0 };

test("a start during a step is refused and told; the step's outputs stand, regions stay as they were", async () => {
  const machine = await openMachine();
  await machine.start();
  await machine.run(700);
  expect(await machine.write("control", 1)).toBe(false);
  expect(await machine.write("gmem0_limit", 0)).toBe(false);
  expect(await machine.write("records_base", 0)).toBe(false);
  expect(await machine.end()).toMatchObject({ code: "start_while_busy", idle: true, interrupted: true });
  expect(Buffer.compare(await machine.memory(), tiny.behind)).toBe(0);
  await expectGoodStep(machine);
  await machine.close();
});

test("the host may give a step up in any cycle", { timeout: 120_000 }, async () => {
  const machine = await openMachine();
  const { cycles } = await machine.step();
  for (let cycle = 1; cycle < cycles; cycle += 29) {
    await machine.load(tiny.before);
    await machine.start();
    await machine.run(cycle);
    await machine.write("reset", 1);
    expect(await machine.end(), `given up at ${String(cycle)}`).toMatchObject({
      code: "aborted",
      stuck: false,
      idle: true,
    });
    await expectGoodStep(machine);
  }
  await machine.close();
});

test("a reset in idle changes nothing, and a start right behind it waits", async () => {
  const machine = await openMachine();
  await machine.write("reset", 1);
  await expectGoodStep(machine);
  await machine.close();
});

test("memory that answers again before the drain limit is waited for", async () => {
  const machine = await openMachine();
  for (const kind of ["no_arready", "no_rvalid", "no_awready", "no_wready", "no_bvalid"] as const) {
    machine.arm({ kind, ...everywhere });
    await machine.start();
    while ((await machine.read("error_code")) === 0) await machine.run(LIMITS.drain / 2);
    expect(await machine.peek("interrupt"), "memory owes something").toBe(0n);
    machine.arm(undefined);
    expect(await machine.end()).toMatchObject({ code: "watchdog", stuck: false, idle: true });
    await expectGoodStep(machine);
  }
  await machine.close();
});

test.for<readonly [FaultKind, number]>([
  ["no_arready", 0],
  ["no_awready", 1],
])("a forced reset forgets what memory owes: %s", async ([kind, rule]) => {
  const machine = await openMachine();
  machine.arm({ kind, ...everywhere });
  expect(await machine.step()).toMatchObject({ code: "watchdog", stuck: true });
  await machine.write("reset", 1);
  expect((await machine.read("port_status")) & 1).toBe(1);
  await machine.write("reset", 2);
  await machine.run(10);
  expect(await machine.read("port_status")).toBe(0);
  machine.arm(undefined);
  // an address is taken back: the one rule that force breaks, and why memory has to be reset with it
  await expectGoodStep(machine, 1 + rule);
  await machine.close();
});

test("without interrupts a fault is seen in the registers alone", async () => {
  const machine = await openMachine();
  await machine.write("interrupt_enable", 0);
  await machine.start({ rows: 0 });
  expect(await machine.run(200, "interrupt")).toMatchObject({ stopped: false });
  expect((await machine.read("control")) & 0b110).toBe(0b110);
  expect(await machine.read("error_code")).toBe(1);
  await machine.close();
});

test("the limits have values without a host: and without regions nothing is read", async () => {
  const machine = await openMachine();
  await machine.reset();
  expect(await machine.read("watchdog_limit")).toBe(2 ** 20);
  expect(await machine.read("drain_limit")).toBe(2 ** 14);
  expect(await machine.step()).toMatchObject({ interrupted: false });
  expect(await machine.read("error_code")).toBe(2);
  await machine.close();
});
