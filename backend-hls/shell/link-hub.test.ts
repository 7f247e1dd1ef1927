import fc from "fast-check";
import { expect, test } from "vitest";
import { at } from "../../ir/index.ts";
import { hubDepths, leastHubLatency, linkHub } from "./link-hub.ts";
import { type Bench, bench } from "./testing/evaluate.ts";

const LANES = 2;
const LANE = 2n ** 32n;

interface Word {
  readonly lanes: readonly number[];
  readonly isMaximum: boolean;
}

function packed({ lanes, isMaximum }: Word): bigint {
  const words = [...lanes, isMaximum ? 1 : 0].map((lane) => BigInt.asUintN(32, BigInt(lane)));
  return words.reduceRight((high, lane) => high * LANE + lane, 0n);
}

/** What the accelerators' `index`-th words make together. */
function reduced(words: readonly Word[]): bigint {
  const { isMaximum } = at(words, 0);
  const lanes = Array.from({ length: LANES }, (_, lane) => words.map((word) => at(word.lanes, lane)));
  return packed({
    isMaximum: false,
    lanes: lanes.map((values) =>
      isMaximum ? Math.max(...values) : values.reduce((sum, value) => (sum + value) | 0, 0),
    ),
  });
}

function reset(accelerators: number, latency: number): Bench {
  const { module, submodules } = linkHub({ name: "hub", accelerators, lanes: LANES, latency });
  const dut = bench(module, [...submodules, module]);
  dut.set({ rst: 1 });
  dut.tick();
  dut.set({ rst: 0 });
  return dut;
}

const word = fc.record({ lanes: fc.tuple(fc.integer(), fc.integer()), isMaximum: fc.boolean() });

test("every accelerator gets the sums and maxima of all, in order, whoever is ahead or waits", () => {
  const runs = fc.record({
    accelerators: fc.integer({ min: 2, max: 5 }),
    more: fc.integer({ min: 0, max: 9 }),
    words: fc.array(word, { minLength: 1, maxLength: 40 }),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(runs, ({ accelerators, more, words, seed }) => {
      const dut = reset(accelerators, leastHubLatency(accelerators) + more);
      const places = Array.from({ length: accelerators }, (_, place) => place);
      const own = (place: number, index: number): Word => {
        const { lanes, isMaximum } = at(words, index);
        return { isMaximum, lanes: lanes.map((lane) => (lane * (place + 1)) | 0) };
      };
      const wanted = words.map((_, index) => reduced(places.map((place) => own(place, index))));
      const [sent, got] = [places.map(() => 0), places.map((): bigint[] => [])];
      let state = seed;
      const chance = (): boolean => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state % 65_536 < 40_000;
      };
      for (let cycle = 0; cycle < 40 * words.length + 200; cycle++) {
        const offers = places.map((place) => at(sent, place) < words.length && chance());
        const takes = places.map(() => chance());
        for (const place of places) {
          const index = Math.min(at(sent, place), words.length - 1);
          dut.set({
            [`in${String(place)}_tvalid`]: at(offers, place),
            [`in${String(place)}_tdata`]: packed(own(place, index)),
            [`out${String(place)}_tready`]: at(takes, place),
          });
        }
        for (const place of places) {
          if (at(offers, place) && dut.get(`in${String(place)}_tready`) === 1n)
            sent[place] = at(sent, place) + 1;
          if (at(takes, place) && dut.get(`out${String(place)}_tvalid`) === 1n)
            at(got, place).push(dut.get(`out${String(place)}_tdata`));
        }
        dut.tick();
      }
      for (const place of places) expect(got[place]).toEqual(wanted);
    }),
    { numRuns: 15, seed: 7 },
  );
});

test.each([2, 3, 4])(
  "%i accelerators: a sum is shown after the stated latency, and then one in every cycle",
  (accelerators) => {
    const latency = leastHubLatency(accelerators) + 11;
    const dut = reset(accelerators, latency);
    const places = Array.from({ length: accelerators }, (_, place) => String(place));
    const count = 3 * hubDepths({ latency }).output;
    for (let cycle = 0; cycle < latency + count; cycle++) {
      const value = BigInt(cycle);
      for (const n of places)
        dut.set({ [`in${n}_tvalid`]: cycle < count, [`in${n}_tdata`]: value, [`out${n}_tready`]: 1 });
      if (cycle < count) expect(dut.get("in0_tready")).toBe(1n);
      expect(dut.get("out0_tvalid")).toBe(cycle < latency ? 0n : 1n);
      if (cycle >= latency) expect(dut.get("out0_tdata")).toBe(BigInt(accelerators * (cycle - latency)));
      dut.tick();
    }
  },
);
