import { expect, test } from "vitest";
import { builtSpan, defineDiagnostic, fail, ok } from "../ir/index.ts";
import type { Device, Recovery } from "./device.ts";
import { createReferenceDevice } from "./devices/reference.ts";
import { Engine, type EngineOptions } from "./engine.ts";
import { HostStore } from "./movement/host-store.ts";
import { GREEDY, type ServingRequest } from "./request.ts";
import { continueHistory, openHistoryDecoder, toyVocab } from "./testing/history-decoder.ts";

const broken = defineDiagnostic("TEST0002", "error", () => ({ message: "broken" }));

function toyDevice(blocks = 17): Device {
  return createReferenceDevice({
    openDecoder: openHistoryDecoder,
    rows: 4,
    sequences: 4,
    blocks,
    blockSize: 4,
    maxContext: 32,
    vocab: toyVocab,
  });
}

function request(id: string, promptIds: readonly number[], more: Partial<ServingRequest> = {}) {
  return { id, promptIds, maxTokens: 6, stopIds: [], sampling: GREEDY, ...more };
}

/** An engine, what its requests got, and how they ended. */
function start(devices: Device | readonly Device[], options: EngineOptions = {}) {
  const engine = new Engine(devices, options);
  const tokens = new Map<string, number[]>();
  const ends = new Map<string, string>();
  const add = (one: ServingRequest) => {
    const own: number[] = [];
    tokens.set(one.id, own);
    return engine.add(one, {
      onToken: (_, { token }) => {
        own.push(token);
        return "go on";
      },
      onFinish: (_, reason) => ends.set(one.id, reason),
    });
  };
  const run = async (): Promise<void> => {
    while (!engine.isIdle) {
      await engine.step();
      engine.check();
    }
    expect(engine.load.freeBlocks).toBe(engine.load.blocks);
  };
  return { engine, add, run, tokens, ends };
}

/** A device that fails in one of its steps, and says what then became of its memory. */
function failing(inStep: number, recovery: Recovery | "gone"): Device {
  const inner = toyDevice();
  let steps = 0;
  return {
    ...inner,
    step: (rows) =>
      steps++ === inStep ? Promise.resolve(fail(broken(builtSpan("device"), {}))) : inner.step(rows),
    recover: () =>
      Promise.resolve(recovery === "gone" ? fail(broken(builtSpan("device"), {})) : ok(recovery)),
  };
}

test("who took part in a step that failed gets an error; who only had blocks there computes anew", async () => {
  const { add, run, tokens, ends } = start(failing(3, "lost"), { rows: 1 });
  add(request("a", [1, 2]));
  add(request("b", [3, 4]));
  await run();
  expect(ends).toEqual(
    new Map([
      ["a", "error"],
      ["b", "length"],
    ]),
  );
  expect(tokens.get("b")).toEqual(continueHistory([3, 4], 6));
});

test("every answer of a request ends, also where none was begun", async () => {
  const engine = new Engine(failing(0, "kept"));
  const ended: (readonly [number, string])[] = [];
  const onFinish = (sample: number, reason: string) => ended.push([sample, reason]);
  engine.add(request("a", [1, 2], { n: 3 }), { onFinish });
  while (!engine.isIdle) await engine.step();
  expect(ended).toEqual([0, 1, 2].map((sample) => [sample, "error"]));
});

test("an accelerator that does not come back leaves its work to the others; without any, requests are refused", async () => {
  const { engine, add, run, tokens, ends } = start([failing(1, "gone"), failing(8, "gone")]);
  for (const id of ["a", "b", "c"]) add(request(id, [id.charCodeAt(0) % 50, 2]));
  await run();
  expect([...ends.values()].toSorted()).toEqual(["error", "error", "length"]);
  for (const [id, end] of ends)
    if (end === "length") expect(tokens.get(id)).toEqual(continueHistory([id.charCodeAt(0) % 50, 2], 6));
  add(request("d", [7, 8]));
  await run();
  expect(ends.get("d")).toBe("error");
  expect(engine.add(request("e", [1]))).toMatchObject({
    kind: "error",
    diagnostics: [{ code: "HOST0006" }],
  });
});

test("a prefix that was evicted comes back from the host, also in the next engine", async () => {
  const store = new HostStore({ prefixBlocks: 50, swapBlocks: 0 });
  const prompt = Array.from({ length: 17 }, (_, i) => i);
  const first = start(toyDevice(9), { store });
  first.add(request("a", prompt));
  await first.run();
  first.add(request("b", prompt.toReversed()));
  await first.run(); // takes all blocks
  await first.engine.keepPrefixes();
  for (const { add, run, engine, tokens } of [first, start(toyDevice(9), { store })]) {
    const { hit } = engine.load.prefix;
    add(request("again", prompt));
    await run();
    expect(engine.load.prefix.hit - hit).toBe(16);
    expect(tokens.get("again")).toEqual(continueHistory(prompt, 6));
  }
});

test("a sequence that leaves while it is swapped out leaves nothing behind", async () => {
  const { engine, add, tokens } = start(toyDevice(9), { preemption: "swap" });
  add(request("a", [1, 2, 3, 4, 5], { maxTokens: 20 }));
  add(request("b", [6, 7, 8, 9, 1], { maxTokens: 20 }));
  while (engine.load.host.swapBlocks === 0) await engine.step();
  engine.abort("b");
  expect(engine.load.host.swapBlocks).toBe(0);
  while (!engine.isIdle) await engine.step();
  expect(tokens.get("a")).toEqual(continueHistory([1, 2, 3, 4, 5], 20));
});

test("twins share a partly filled block until one of them writes", async () => {
  const device = toyDevice();
  let rows = 0;
  const counting: Device = {
    ...device,
    step: (some) => {
      rows += some.length;
      return device.step(some);
    },
  };
  const { engine, add, run } = start(counting);
  add(request("a", [1, 2, 3, 4, 5, 6], { n: 3, maxTokens: 2 }));
  let copied = 0;
  while (!engine.isIdle) copied += ((await engine.step())?.moved.blocks ?? 0) / 2;
  expect([rows, copied]).toEqual([9, 2]); // six of the prompt, one of each answer; the last writer keeps the block
  await run();
});
