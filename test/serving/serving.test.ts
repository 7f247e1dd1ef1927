import fc from "fast-check";
import { expect, test } from "vitest";
import { loadDevice } from "../../backend-hls/index.ts";
import { deviceFor, takeValue, withHardware } from "../../bench/rows/play-configuration.ts";
import { plainConfig, randomCheckpoint } from "../../bench/rows/random-checkpoint.ts";
import { compileDesign } from "../../cli/index.ts";
import { type Device, Engine, type EngineOptions, type ServingRequest } from "../../runtime-host/index.ts";

const window = 11;
const checkpoint = randomCheckpoint({ ...plainConfig, layers: 1, window }, 5);
const array = { pn: 2, pk: 4, pt: 2, rows: 6, outputs: { candidates: 3, logits: true } };
const device = deviceFor(takeValue(loadDevice("ref64")), array);
const design = takeValue(
  compileDesign({ checkpoint, device, array, blockSize: 4, maxContext: 24, sequences: 4 }),
);

/** The answers of all requests, which come two steps apart; blocks are checked behind each step. */
async function answers(
  port: Device,
  options: EngineOptions,
  requests: readonly ServingRequest[],
): Promise<readonly (readonly (readonly number[])[])[]> {
  const engine = new Engine(port, options);
  const waiting = [...requests];
  const found = requests.map(({ n = 1 }) => Array.from({ length: n }, (): number[] => []));
  for (let step = 0; waiting.length > 0 || !engine.isIdle; step++) {
    const next = step % 2 === 0 ? waiting.shift() : undefined;
    if (next !== undefined) {
      const own = found[requests.indexOf(next)];
      takeValue(
        engine.add(next, {
          onToken: (sample, { token }) => {
            own?.[sample]?.push(token);
            return "go on";
          },
        }),
      );
    }
    await engine.step();
    engine.check();
  }
  expect(engine.load.freeBlocks).toBe(engine.load.blocks);
  return found;
}

const request = fc.record({
  promptIds: fc
    .tuple(fc.nat(9), fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }))
    .map(([shared, own]) => [...Array.from({ length: shared }, (_, i) => (5 * i + 2) % 31), ...own]),
  maxTokens: fc.integer({ min: 1, max: 5 }),
  stopIds: fc.constant([]),
  n: fc.constantFrom(1, 1, 2),
  priority: fc.nat(2),
  sampling: fc.record({
    temperature: fc.constantFrom(0, 0.9),
    topK: fc.constantFrom(undefined, 3),
    repetitionPenalty: fc.constantFrom(undefined, 1.2),
    seed: fc.nat(99),
  }),
});

const options = fc.record({
  chunk: fc.integer({ min: 1, max: 6 }),
  policy: fc.constantFrom("fcfs" as const, "priority" as const),
  prefixCaching: fc.boolean(),
  window: fc.constantFrom(undefined, window),
  sequences: fc.integer({ min: 1, max: 4 }),
});

test("in front of hardware, too, each request gets the tokens that it gets alone from the reference", async () => {
  const played = await withHardware(design, { simulator: "embedded", backPressure: 7 }, async (hardware) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 2, maxLength: 4 }),
        options,
        fc.integer({ min: 0, max: 6 }),
        async (made, limits, spare) => {
          const requests = made.map((one, i): ServingRequest => ({ ...one, id: String(i) }));
          const blocks = 7 + spare; // one sequence of full length fits, and not much more
          const port: Device = {
            capabilities: { ...hardware.capabilities, blocks },
            step: (rows) => hardware.step(rows),
            close: () => hardware.close(),
          };
          const together = await answers(port, limits, requests);
          for (const [i, one] of requests.entries()) {
            const [alone] = await answers(design.openReference(), { prefixCaching: false }, [one]);
            expect(together[i]).toEqual(alone);
          }
        },
      ),
      { seed: 3, numRuns: 20 },
    );
    return true;
  });
  expect(played).toBe(true);
}, 300_000);
