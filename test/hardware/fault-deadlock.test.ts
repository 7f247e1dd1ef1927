import { expect, test } from "vitest";
import {
  createOperatorLibrary,
  ERROR_CODES,
  manifestRegisters,
  networkModule,
  planNetwork,
  productTop,
  simulationTop,
  systemModule,
} from "../../backend-hls/index.ts";
import {
  beatType,
  bundleType,
  i1,
  i32,
  REQUEST_TYPE,
  ScheduleBuilder,
  streamType,
  tokenType,
} from "../../ir/index.ts";
import { buildSimulator, type HwSimulator } from "../../sim/index.ts";
import { unwrap } from "./faults/tiny-accelerator.ts";

const MEMORY = {
  kind: "ideal",
  readLatency: 4,
  dataBits: 64,
  addressBits: 32,
  depthBeats: 512,
  queueDepth: 4,
} as const;

/** Two kernels; the first waits for a token that the second gives where the command says so, else for ever. */
async function openWaiting(): Promise<{
  readonly simulator: HwSimulator;
  readonly offsets: ReadonlyMap<string, number>;
}> {
  const s = new ScheduleBuilder("waiting", [
    { name: "start", type: streamType(bundleType([i1, i32])) },
    { name: "finished", type: streamType(tokenType) },
    { name: "gmem0", type: { kind: "memory", bytes: 8 } },
  ]);
  const [wake, token] = [s.commands("wake", [i1]), s.tokens("token")];
  const [requests, data] = [s.stream("requests", REQUEST_TYPE), s.stream("data", beatType(8), 32)];
  s.burstRead("reader", { memory: s.outside(2), requests, data });
  s.kernel({
    name: "waiter",
    command: s.outside(0),
    fields: ["wakes", "address"],
    done: s.outside(1),
    connections: { wake, token, requests, data },
    body: ({ b, port, field }) => {
      b.loop("turn", { to: 3 }, (turn) => {
        b.when(b.equals(turn, 0), () => {
          b.write(port.requests, field.address, b.int(1));
        });
        b.when(b.andi(field.wakes, b.equals(turn, 0)), () => {
          b.write(port.wake, field.wakes);
        });
        b.when(b.equals(turn, 1), () => {
          b.read(port.data);
        });
        b.when(b.equals(turn, 2), () => {
          b.readFields(port.token);
        });
      });
    },
  });
  s.kernel({
    name: "waker",
    command: wake,
    fields: ["always"],
    connections: { token },
    body: ({ b, port }) => {
      b.loop("once", { to: 1 }, () => {
        b.write(port.token);
      });
    },
  });
  const plan = unwrap(planNetwork(s.finish(), createOperatorLibrary("xcup", 250), "optimized"));
  const network = networkModule("core", plan);
  const parts = { name: "waiting_system", plan, network, startFields: ["wakes", "address"], array: "waiter" };
  const system = systemModule(parts);
  const product = productTop("waiting", system.top);
  const top = simulationTop("bench", { top: product, modules: [...system.modules, product] }, MEMORY);
  const simulator = unwrap(await buildSimulator("bench", top.modules, { engine: "embedded" }));
  return {
    simulator,
    offsets: new Map(manifestRegisters(system.registers).map(({ name, offset }) => [name, offset])),
  };
}

test("kernels that wait for each other for ever: watchdog, idle, and the next step runs", async () => {
  const { simulator, offsets } = await openWaiting();
  const poke = (inputs: Readonly<Record<string, number>>): void => {
    for (const [name, value] of Object.entries(inputs))
      simulator.poke(`s_axi_control_${name}`, BigInt(value));
  };
  const write = async (name: string, value: number): Promise<void> => {
    poke({ awaddr: offsets.get(name) ?? 0, awvalid: 1, wdata: value, wstrb: 15, wvalid: 1, bready: 1 });
    await simulator.run(1);
    poke({ awvalid: 0, wvalid: 0 });
    await simulator.run(3);
  };
  const read = async (name: string): Promise<number> => {
    poke({ araddr: offsets.get(name) ?? 0, arvalid: 1, rready: 1 });
    await simulator.run(1);
    poke({ arvalid: 0 });
    const value = Number(await simulator.peek("s_axi_control_rdata"));
    await simulator.run(2);
    return value;
  };
  const step = async (wakes: number): Promise<{ readonly code: number; readonly cycles: number }> => {
    await write("wakes", wakes);
    await write("control", 1);
    const { cycles } = await simulator.run(5000, "interrupt");
    await simulator.run(2);
    await write("interrupt_status", 3);
    expect((await read("control")) & 0b101).toBe(0b100);
    return { code: await read("error_code"), cycles };
  };
  for (const name of ["rst", "s_axi_control_arvalid", "s_axi_control_awvalid", "s_axi_control_wvalid"])
    simulator.poke(name, name === "rst" ? 1n : 0n);
  await simulator.run(4);
  simulator.poke("rst", 0n);
  await write("gmem0_limit", 4096);
  await write("watchdog_limit", 500);
  await write("interrupt_global", 1);
  await write("interrupt_enable", 3);
  expect(await step(1)).toMatchObject({ code: 0 });
  const hung = await step(0);
  expect(hung.code).toBe(ERROR_CODES.watchdog);
  expect(hung.cycles).toBeLessThan(600);
  for (const wakes of [1, 0, 0, 1])
    expect((await step(wakes)).code).toBe(wakes === 1 ? 0 : ERROR_CODES.watchdog);
  expect(await simulator.peek("axi_violation")).toBe(0n);
  await simulator.close();
});
