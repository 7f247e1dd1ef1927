import fc from "fast-check";
import { expect, test } from "vitest";
import { axiReadEngine, READ_ENGINE_LATENCY } from "./axi-read-engine.ts";
import { ERROR_CODES } from "./error-codes.ts";
import type { Bench } from "./testing/evaluate.ts";
import { randomSource, resetBench } from "./testing/reset.ts";

const SHAPE = { addressBits: 32, dataBits: 32, maxBurst: 16, lengthBits: 12, responseDepth: 40 };
const LIMIT = 1 << 20;

interface Request {
  readonly beat: number;
  readonly length: number;
}

const word = (address: number): number => ((address >>> 2) * 2654435761) >>> 0;
const inRegion = ({ beat, length }: Request): boolean => (beat + length) * 4 <= LIMIT;

interface Outcome {
  readonly received: readonly number[];
  readonly bursts: readonly { readonly address: number; readonly beats: number }[];
  readonly cycles: number;
  readonly error: number;
}

interface Burst {
  address: number;
  left: number;
  readonly ready: number;
}

/** A memory that answers bursts in order, each from some cycle on. */
class Slave {
  readonly bursts: { readonly address: number; readonly beats: number }[] = [];
  readonly #flying: Burst[] = [];

  /** Beats that are still to be answered. */
  get owed(): number {
    return this.#flying.reduce((sum, burst) => sum + burst.left, 0);
  }

  /** The burst whose next beat is answered now. */
  answer(cycle: number, willing: () => boolean): Burst | undefined {
    const first = this.#flying[0];
    return first !== undefined && cycle >= first.ready && willing() ? first : undefined;
  }

  /** Takes the burst that is asked for now, if any; `ready` gives its first cycle. */
  accept(dut: Bench, ready: () => number): void {
    if (dut.get("m_axi_arvalid") !== 1n || dut.input("m_axi_arready") !== 1n) return;
    const address = Number(dut.get("m_axi_araddr"));
    const beats = Number(dut.get("m_axi_arlen")) + 1;
    this.bursts.push({ address, beats });
    this.#flying.push({ address, left: beats, ready: ready() });
  }

  answered(burst: Burst): void {
    burst.address += 4;
    burst.left -= 1;
    if (burst.left === 0) this.#flying.shift();
  }
}

function requestPorts(request: Request | undefined): Record<string, bigint | boolean> {
  return {
    req_valid: request !== undefined,
    req_data: request === undefined ? 0n : (BigInt(request.length) << 32n) | BigInt(request.beat * 4),
  };
}

function answerPorts(burst: Burst | undefined): Record<string, number | boolean> {
  return {
    m_axi_rvalid: burst !== undefined,
    m_axi_rdata: burst === undefined ? 0 : word(burst.address),
    m_axi_rlast: burst?.left === 1,
  };
}

/** A slave and a consumer with irregular tempers around the engine; checks the protocol on the way. */
function serve(requests: readonly Request[], seed: number, lazy: boolean): Outcome {
  const dut = resetBench(axiReadEngine(SHAPE));
  const random = randomSource(seed);
  const willing = (): boolean => !lazy || random(3) !== 0;
  const waiting = [...requests];
  const slave = new Slave();
  const received: number[] = [];
  const wanted = requests.reduce((sum, request) => sum + request.length, 0);
  let [queued, cycle, idle] = [0, 0, 0];
  for (; idle < 40 && cycle < 20_000; cycle += 1) {
    const answer = slave.answer(cycle, willing);
    const pops = queued > 0 && willing();
    dut.set({
      region_limit: LIMIT,
      ...requestPorts(waiting[0]),
      ...answerPorts(answer),
      rsp_credit: pops,
      m_axi_arready: willing(),
    });
    if (dut.get("req_pop") === 1n) waiting.shift();
    slave.accept(dut, () => cycle + 5 + random(lazy ? 20 : 1));
    if (answer !== undefined) slave.answered(answer);
    if (pops) queued -= 1;
    if (dut.get("rsp_valid") === 1n) {
      received.push(Number(dut.get("rsp_data")));
      queued += 1;
    }
    expect(queued + slave.owed).toBeLessThanOrEqual(SHAPE.responseDepth + 1);
    expect(dut.get("m_axi_rready")).toBe(1n);
    idle = dut.get("busy") === 0n && waiting.length === 0 && received.length === wanted ? idle + 1 : 0;
    dut.tick();
  }
  return { received, bursts: slave.bursts, cycles: cycle - 40, error: Number(dut.get("error_code")) };
}

const place = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: LIMIT / 4 }) },
  { weight: 1, arbitrary: fc.integer({ min: LIMIT / 4 - 100, max: LIMIT / 4 + 20 }) },
);
const request = fc.record({
  beat: place,
  length: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 200 })),
});

test("every request is answered in order, in legal bursts, whatever the slave and the consumer do", () => {
  fc.assert(
    fc.property(fc.array(request, { maxLength: 12 }), fc.nat(), fc.boolean(), (requests, seed, lazy) => {
      const { received, bursts, error } = serve(requests, seed, lazy);
      expect(received).toEqual(
        requests.flatMap((one) =>
          Array.from({ length: one.length }, (_, index) =>
            inRegion(one) ? word((one.beat + index) * 4) : 0,
          ),
        ),
      );
      for (const { address, beats } of bursts) {
        expect(beats).toBeLessThanOrEqual(SHAPE.maxBurst);
        expect(Math.floor(address / 4096)).toBe(Math.floor((address + beats * 4 - 1) / 4096));
        expect(address + beats * 4).toBeLessThanOrEqual(LIMIT);
      }
      expect(error).toBe(
        requests.every((one) => inRegion(one) || one.length === 0) ? 0 : ERROR_CODES.read_region,
      );
    }),
    { numRuns: 40, seed: 3 },
  );
});

test("short requests stream at one beat per cycle", () => {
  const requests = Array.from({ length: 60 }, (_, index) => ({ beat: index * 100, length: 4 }));
  const { received, cycles } = serve(requests, 1, false);
  expect(received.length).toBe(240);
  expect(cycles).toBeLessThanOrEqual(240 + READ_ENGINE_LATENCY.request + READ_ENGINE_LATENCY.response + 10);
});

test("the first response error stays until it is cleared", () => {
  const dut = resetBench(axiReadEngine(SHAPE));
  dut.set({ region_limit: LIMIT, req_valid: 1, req_data: 3n << 32n, m_axi_arready: 1 });
  let latency = 0;
  for (; dut.get("m_axi_arvalid") === 0n && latency < 20; latency += 1) {
    dut.tick();
    dut.set({ req_valid: 0 });
  }
  expect(latency).toBe(READ_ENGINE_LATENCY.request);
  dut.tick();
  for (const rresp of [2, 3, 0]) {
    dut.set({ m_axi_rvalid: 1, m_axi_rresp: rresp });
    dut.tick();
  }
  dut.set({ m_axi_rvalid: 0 });
  expect(Number(dut.get("error_code"))).toBe(ERROR_CODES.read_slave_error);
  dut.set({ clear_error: 1 });
  dut.tick();
  expect(Number(dut.get("error_code"))).toBe(0);
});
