import fc from "fast-check";
import { expect, test } from "vitest";
import type { MemoryParameters } from "../../ir/index.ts";
import { ERROR_CODES } from "./error-codes.ts";
import { matvecMemory } from "./testing/matvec.ts";
import { memorySystem } from "./testing/memory-system.ts";
import { randomSource, resetBench } from "./testing/reset.ts";

const DEPTH = 2 ** 12;
const LIMIT = DEPTH * 8;
const banked: MemoryParameters = matvecMemory(DEPTH);
const ideal: MemoryParameters = {
  kind: "ideal",
  dataBits: 64,
  addressBits: 32,
  depthBeats: DEPTH,
  queueDepth: 8,
  readLatency: 4,
};

interface Transfer {
  readonly beat: number;
  readonly length: number;
}

const encode = ({ beat, length }: Transfer): bigint => (BigInt(length) << 32n) | BigInt(beat * 8);
const inside = ({ beat, length }: Transfer): boolean => beat + length <= DEPTH;
const word = (client: number, index: number): bigint =>
  BigInt.asUintN(64, BigInt(index + 1) * 0x9e3779b97f4a7c15n + BigInt(client));

type System = ReturnType<typeof resetBench>;

/** Runs every client's writes (each its own half of the memory), answers what was read of them afterwards. */
function writePhase(dut: System, writes: readonly (readonly Transfer[])[], willing: () => boolean): void {
  const state = writes.map((list) => ({
    requests: [...list],
    words: list.flatMap(({ length }) => Array.from({ length }, () => 0)).length,
    sent: 0,
    credits: 4,
    done: 0,
  }));
  for (let cycle = 0; state.some(({ done }, client) => done < (writes[client]?.length ?? 0)); cycle += 1) {
    expect(cycle).toBeLessThan(20_000);
    const pushes = state.map((client) => client.sent < client.words && client.credits > 0 && willing());
    state.forEach((client, index) => {
      const request = client.requests[0];
      dut.set({
        [`w${String(index)}_valid`]: request === undefined ? 0 : 1,
        [`w${String(index)}_request`]: request === undefined ? 0n : encode(request),
        [`w${String(index)}_push`]: pushes[index] === true ? 1 : 0,
        [`w${String(index)}_word`]: word(index, client.sent),
      });
    });
    state.forEach((client, index) => {
      if (dut.get(`w${String(index)}_pop`) === 1n) client.requests.shift();
      client.credits += Number(dut.get(`w${String(index)}_credit`)) - (pushes[index] === true ? 1 : 0);
      if (pushes[index] === true) client.sent += 1;
      client.done += Number(dut.get(`w${String(index)}_done`));
    });
    dut.tick();
  }
  dut.set({ w0_push: 0, w1_push: 0 });
}

function noWords(): bigint[] {
  return [];
}

function readPhase(
  dut: System,
  reads: readonly (readonly Transfer[])[],
  willing: () => boolean,
): { readonly words: readonly (readonly bigint[])[]; readonly cycles: number } {
  const state = reads.map((list) => ({
    requests: [...list],
    wanted: list.reduce((sum, { length }) => sum + length, 0),
    words: noWords(),
  }));
  let cycle = 0;
  for (; state.some((client) => client.words.length < client.wanted); cycle += 1) {
    expect(cycle).toBeLessThan(20_000);
    state.forEach((client, index) => {
      const request = client.requests[0];
      dut.set({
        [`r${String(index)}_valid`]: request === undefined ? 0 : 1,
        [`r${String(index)}_request`]: request === undefined ? 0n : encode(request),
        [`r${String(index)}_take`]: willing() ? 1 : 0,
      });
    });
    state.forEach((client, index) => {
      if (dut.get(`r${String(index)}_pop`) === 1n) client.requests.shift();
      if (dut.get(`r${String(index)}_some`) === 1n && dut.input(`r${String(index)}_take`) === 1n)
        client.words.push(dut.get(`r${String(index)}_word`));
    });
    dut.tick();
  }
  return { words: state.map(({ words }) => words), cycles: cycle };
}

const half = DEPTH / 2;
const transfer = (low: number, high: number): fc.Arbitrary<Transfer> =>
  fc.record({ beat: fc.integer({ min: low, max: high - 101 }), length: fc.integer({ min: 0, max: 100 }) });
const plan = fc.tuple(
  fc.array(transfer(0, half), { minLength: 1, maxLength: 6 }),
  fc.array(fc.oneof(transfer(half, DEPTH), fc.constant({ beat: DEPTH - 3, length: 9 })), {
    minLength: 1,
    maxLength: 6,
  }),
);

test.each([
  ["banked", banked],
  ["ideal", ideal],
] as const)("what two writers wrote is what two readers read: %s memory", (_, memory) => {
  fc.assert(
    fc.property(plan, fc.nat(), fc.boolean(), (writes, seed, lazy) => {
      const dut = resetBench(memorySystem(memory));
      dut.set({ limit: LIMIT });
      const random = randomSource(seed);
      const willing = (): boolean => !lazy || random(3) !== 0;
      writePhase(dut, writes, willing);
      const expected = new Map<number, bigint>();
      writes.forEach((list, client) => {
        let sent = 0;
        for (const one of list) {
          for (let index = 0; index < one.length; index += 1)
            if (inside(one)) expected.set(one.beat + index, word(client, sent + index));
          sent += one.length;
        }
      });
      const { words } = readPhase(dut, writes, willing);
      expect(words).toEqual(
        writes.map((list) =>
          list.flatMap((one) =>
            Array.from({ length: one.length }, (_unused, index) =>
              inside(one) ? (expected.get(one.beat + index) ?? 0n) : 0n,
            ),
          ),
        ),
      );
      expect(dut.get("w0_error")).toBe(0n);
      expect(Number(dut.get("w1_error"))).toBe(writes[1].every(inside) ? 0 : ERROR_CODES.write_region);
    }),
    { numRuns: 12, seed: 5 },
  );
});

test("two readers share the port evenly and fill it", () => {
  const dut = resetBench(memorySystem(ideal));
  dut.set({ limit: LIMIT });
  const { words, cycles } = readPhase(
    dut,
    [[{ beat: 0, length: 800 }], [{ beat: 1024, length: 800 }]],
    () => true,
  );
  expect(words.map((list) => list.length)).toEqual([800, 800]);
  expect(cycles).toBeLessThanOrEqual(1600 + 25);
});
