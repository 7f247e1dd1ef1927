import { expect, test } from "vitest";
import { at } from "../../ir/index.ts";
import { axiReadArbiter, starvationBound } from "./arbiter.ts";
import { randomSource, resetBench } from "./testing/reset.ts";

const CLIENTS = [0, 1, 2, 3];
const OPTIONS = { clients: CLIENTS.length, addressBits: 16, dataBits: 32, maxOutstanding: 4 };

/** Counts a burst against all who ask but did not get it; gives how many the winner had let pass. */
function passOthers(winner: number, asking: readonly boolean[], passed: number[]): number {
  const waited = at(passed, winner);
  for (const client of CLIENTS) {
    const isPassed = asking[client] === true && client !== winner;
    passed[client] = isPassed ? at(passed, client) + 1 : 0;
  }
  return waited;
}

/** Runs the arbiter with clients that ask where `asks` says so and keep asking until served; gives the order of service. */
function serve(
  cycles: number,
  asks: (client: number) => boolean,
  portReady: () => boolean,
): { readonly order: readonly number[]; readonly longestWait: number } {
  const dut = resetBench(axiReadArbiter(OPTIONS));
  const asking = CLIENTS.map(() => false);
  const passed = CLIENTS.map(() => 0);
  const order: number[] = [];
  const sent: number[] = [];
  const owed: number[] = [];
  let longestWait = 0;
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    for (const client of CLIENTS) asking[client] = asking[client] === true || asks(client);
    const answering = owed[0];
    dut.set({
      m_axi_arready: portReady(),
      m_axi_rvalid: answering !== undefined,
      m_axi_rlast: answering !== undefined,
    });
    for (const client of CLIENTS)
      dut.set({
        [`s${String(client)}_arvalid`]: asking[client] === true,
        [`s${String(client)}_araddr`]: client,
      });
    const receivers = CLIENTS.filter((client) => dut.get(`s${String(client)}_rvalid`) === 1n);
    expect(receivers).toEqual(answering === undefined ? [] : [answering]);
    if (answering !== undefined) owed.shift();
    const winner = CLIENTS.find(
      (client) => asking[client] === true && dut.get(`s${String(client)}_arready`) === 1n,
    );
    if (winner !== undefined) {
      longestWait = Math.max(longestWait, passOthers(winner, asking, passed));
      asking[winner] = false;
      order.push(winner);
    }
    if (dut.get("m_axi_arvalid") === 1n && dut.input("m_axi_arready") === 1n) {
      sent.push(Number(dut.get("m_axi_araddr")));
      owed.push(Number(dut.get("m_axi_araddr")));
    }
    dut.tick();
  }
  expect(sent).toEqual(order.slice(0, sent.length));
  return { order, longestWait };
}

test("clients that always ask are served in turn", () => {
  const { order } = serve(
    200,
    () => true,
    () => true,
  );
  expect(order.length).toBeGreaterThan(150);
  expect(order.slice(0, 150)).toEqual(Array.from({ length: 150 }, (_, index) => index % CLIENTS.length));
});

test("no client waits for more than one burst of each other client", () => {
  for (const seed of [1, 2, 3]) {
    const random = randomSource(seed);
    const { order, longestWait } = serve(
      2000,
      (client) => random(client + 2) === 0,
      () => random(3) !== 0,
    );
    expect(new Set(order).size).toBe(CLIENTS.length);
    expect(longestWait).toBeLessThanOrEqual(starvationBound(CLIENTS.length));
  }
});
