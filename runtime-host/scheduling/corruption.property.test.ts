import fc from "fast-check";
import { expect, test } from "vitest";
import type { Device } from "../device.ts";
import { createReferenceDevice } from "../devices/reference.ts";
import { Engine, type EngineOptions } from "../engine.ts";
import type { ServingRequest } from "../request.ts";
import { openSpreadDecoder } from "../testing/spread-decoder.ts";

const vocab = 11;
const maxContext = 48;

interface Shape {
  readonly rows: number;
  readonly sequences: number;
  readonly blockSize: number;
  /** Blocks beyond what one request of full length needs. */
  readonly spare: number;
}

function deviceOf({ rows, sequences, blockSize, spare }: Shape): Device {
  const device = createReferenceDevice({
    openDecoder: () => openSpreadDecoder(vocab),
    rows,
    sequences,
    blockSize,
    maxContext,
    vocab,
  });
  const blocks = Math.ceil(maxContext / blockSize) + 1 + spare;
  return { ...device, capabilities: { ...device.capabilities, blocks } };
}

/** In which step requests come, and which ones leave when. */
interface Timing {
  readonly arrivals: readonly number[];
  readonly aborts: ReadonlyMap<string, number>;
}

/** All answers of all requests; the blocks are checked behind each step. */
async function serve(
  device: Device,
  options: EngineOptions,
  requests: readonly ServingRequest[],
  { arrivals, aborts }: Timing,
): Promise<ReadonlyMap<string, readonly (readonly number[])[]>> {
  const engine = new Engine(device, options);
  const answers = new Map(
    requests.map(({ id, n = 1 }) => [id, Array.from({ length: n }, (): number[] => [])] as const),
  );
  for (let step = 0; step < 10_000; step++) {
    requests.forEach((request, i) => {
      if (arrivals[i] !== step) return;
      const onToken = (sample: number, { token }: { readonly token: number }): "go on" => {
        answers.get(request.id)?.[sample]?.push(token);
        return "go on";
      };
      expect(engine.add(request, { onToken }).kind).toBe("ok");
    });
    for (const [id, when] of aborts) if (when === step) engine.abort(id);
    engine.check();
    const record = await engine.step();
    engine.check();
    const isDone = arrivals.every((when) => when <= step);
    if (record === undefined && isDone) {
      expect(engine.isIdle).toBe(true);
      expect(engine.load.freeBlocks).toBe(engine.load.blocks);
      return answers;
    }
  }
  throw new Error("the engine does not come to an end");
}

const shape = fc.record({
  rows: fc.integer({ min: 1, max: 12 }),
  sequences: fc.integer({ min: 1, max: 5 }),
  blockSize: fc.constantFrom(1, 2, 4, 8),
  spare: fc.integer({ min: 0, max: 6 }),
});

const options = fc.record({
  chunk: fc.integer({ min: 1, max: 12 }),
  policy: fc.constantFrom("fcfs" as const, "priority" as const),
  prefixCaching: fc.boolean(),
  window: fc.constantFrom(undefined, 5, 9),
});

/** Prompts that begin alike, so that blocks are shared. */
const prompt = fc
  .tuple(fc.integer({ min: 0, max: 14 }), fc.array(fc.nat(vocab - 1), { minLength: 1, maxLength: 8 }))
  .map(([shared, own]) => [...Array.from({ length: shared }, (_, i) => (i * 7 + 3) % vocab), ...own]);

const request = fc.record({
  promptIds: prompt,
  maxTokens: fc.integer({ min: 1, max: 12 }),
  stopIds: fc.constantFrom([], [4]),
  minTokens: fc.constantFrom(0, 3),
  n: fc.constantFrom(1, 1, 1, 2, 3),
  priority: fc.nat(3),
  cacheSalt: fc.constantFrom("", "other"),
  sampling: fc.record({
    temperature: fc.constantFrom(0, 0.7, 1.5),
    topK: fc.constantFrom(undefined, 3),
    topP: fc.constantFrom(undefined, 0.8),
    minP: fc.constantFrom(undefined, 0.05),
    repetitionPenalty: fc.constantFrom(undefined, 1.3),
    presencePenalty: fc.constantFrom(undefined, 0.4),
    seed: fc.nat(1000),
  }),
});

test("whatever runs beside a request, however it is cut and preempted, it gets the tokens that it gets alone", async () => {
  const load = fc.array(fc.tuple(request, fc.nat(10)), { minLength: 1, maxLength: 6 });
  const leave = fc.option(fc.tuple(fc.nat(5), fc.nat(12)));
  await fc.assert(
    fc.asyncProperty(load, shape, options, leave, async (arriving, hardware, limits, abort) => {
      const requests = arriving.map(([made], i): ServingRequest => ({ ...made, id: `r${String(i)}` }));
      const arrivals = arriving.map(([, step]) => step);
      const aborts = new Map<string, number>(abort === null ? [] : [[`r${String(abort[0])}`, abort[1]]]);
      const together = await serve(deviceOf(hardware), limits, requests, { arrivals, aborts });
      const plain: Shape = { rows: 1, sequences: 1, blockSize: 16, spare: 0 };
      for (const one of requests) {
        const alone = await serve(deviceOf(plain), { prefixCaching: false }, [one], {
          arrivals: [0],
          aborts: new Map(),
        });
        const [got, wanted] = [together.get(one.id) ?? [], alone.get(one.id) ?? []];
        if (aborts.has(one.id)) {
          got.forEach((answer, sample) => {
            expect(wanted[sample]?.slice(0, answer.length)).toEqual(answer);
          });
        } else expect(got).toEqual(wanted);
      }
    }),
    { seed: 1, numRuns: 300 },
  );
}, 120_000);
