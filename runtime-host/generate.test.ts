import fc from "fast-check";
import { expect, test } from "vitest";
import { builtSpan, defineDiagnostic, fail, ok, type Result } from "../ir/index.ts";
import type { Device, RowDescriptor, StepResult } from "./device.ts";
import { createReferenceDevice } from "./devices/reference.ts";
import { Engine } from "./engine.ts";
import { generate } from "./generate.ts";
import { continueHistory, openHistoryDecoder, toyVocab } from "./testing/history-decoder.ts";

function toyDevice(shape: Partial<Record<"rows" | "blockSize" | "maxContext", number>> = {}): Device {
  return createReferenceDevice({
    openDecoder: openHistoryDecoder,
    rows: 4,
    blockSize: 4,
    maxContext: 64,
    vocab: toyVocab,
    ...shape,
  });
}

function unwrap<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

async function codesOf(result: Promise<Result<unknown>>): Promise<readonly string[]> {
  const settled = await result;
  return settled.kind === "error" ? settled.diagnostics.map(({ code }) => code) : [];
}

test("a prompt goes in by chunks, then tokens come one by one", async () => {
  const seen: number[] = [];
  const device = toyDevice();
  const watch = { onToken: (token: number) => seen.push(token) };
  const done = unwrap(
    await generate(device, { promptIds: [1, 2, 3, 4, 5, 6], maxTokens: 3, stopIds: [] }, watch),
  );
  expect(done.tokenIds).toEqual(continueHistory([1, 2, 3, 4, 5, 6], 3));
  expect(seen).toEqual(done.tokenIds);
  expect(done.finishReason).toBe("length");
  expect(done.steps.map(({ phase, rows, lastPosition }) => [phase, rows, lastPosition])).toEqual([
    ["prefill", 4, 3],
    ["prefill", 2, 5],
    ["decode", 1, 6],
    ["decode", 1, 7],
  ]);
});

test("tokens do not depend on rows per step, block size or what ran before", async () => {
  const ids = fc.array(fc.nat(toyVocab - 1), { minLength: 1, maxLength: 20 });
  const shape = fc.record({
    rows: fc.integer({ min: 1, max: 24 }),
    blockSize: fc.integer({ min: 1, max: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(ids, ids, shape, async (first, second, options) => {
      const device = toyDevice(options);
      for (const promptIds of [first, second]) {
        const { tokenIds } = unwrap(await generate(device, { promptIds, maxTokens: 9, stopIds: [] }));
        expect(tokenIds).toEqual(continueHistory(promptIds, 9));
      }
    }),
    { seed: 1 },
  );
});

test("a stop token ends the sequence and is part of it", async () => {
  const expected = continueHistory([5], 8);
  const stopIds = expected.slice(3, 4);
  const done = unwrap(await generate(toyDevice(), { promptIds: [5], maxTokens: 8, stopIds }));
  expect(done).toMatchObject({ tokenIds: expected.slice(0, 4), finishReason: "stop" });
});

test("the device's context ends a sequence", async () => {
  const device = toyDevice({ maxContext: 10 });
  const done = unwrap(await generate(device, { promptIds: [1, 2, 3], maxTokens: 100, stopIds: [] }));
  expect(done.tokenIds).toEqual(continueHistory([1, 2, 3], 7));
  expect(done.finishReason).toBe("length");
});

test("requests that cannot be served are diagnostics", async () => {
  const device = toyDevice({ maxContext: 4 });
  const ask = (promptIds: readonly number[]) =>
    codesOf(generate(device, { promptIds, maxTokens: 1, stopIds: [] }));
  expect(await ask([1, 2, 3, 4])).toEqual(["HOST0001"]);
  expect(await ask([])).toEqual(["HOST0002"]);
  expect(await ask([toyVocab])).toEqual(["HOST0003"]);
  expect(await ask([1, 2, 3])).toEqual([]);
});

test("a device with too few blocks is a diagnostic, and the blocks come back", async () => {
  const whole = toyDevice();
  const device = { ...whole, capabilities: { ...whole.capabilities, blocks: 3 } };
  const ask = (maxTokens: number) => codesOf(generate(device, { promptIds: [1], maxTokens, stopIds: [] }));
  expect(await ask(20)).toEqual(["HOST0004"]);
  expect(await ask(8)).toEqual([]);
});

test("what the device reports ends the request", async () => {
  const dead = defineDiagnostic("TEST0001", "error", () => ({ message: "dead" }));
  const device: Device = { ...toyDevice(), step: () => Promise.resolve(fail(dead(builtSpan("device"), {}))) };
  const request = { promptIds: [1], maxTokens: 1, stopIds: [] };
  expect(await codesOf(generate(device, request))).toEqual(["TEST0001"]);
});

test("an abort ends the request before its next step", async () => {
  const control = new AbortController();
  const watch = {
    signal: control.signal,
    onToken: () => {
      control.abort();
    },
  };
  const running = generate(toyDevice(), { promptIds: [1], maxTokens: 9, stopIds: [] }, watch);
  await expect(running).rejects.toThrow("aborted");
});

test("a device's counters are kept with the step", async () => {
  const stalls = { dramRead: 1, dramWrite: 2, fifoFull: 3, fifoEmpty: 4, drain: 5 };
  const bytes = { weights: 10, kvRead: 0, kvWrite: 0, other: 0 };
  const counters = { cycles: 20, hostGap: 7, busy: 5, stalls, bytes };
  const step = (rows: readonly RowDescriptor[]): Promise<Result<StepResult>> =>
    Promise.resolve(ok({ emissions: [{ kind: "argmax", row: rows.length - 1, token: 1 }], counters }));
  const device = { ...toyDevice(), step };
  const { steps } = unwrap(await generate(device, { promptIds: [1], maxTokens: 1, stopIds: [] }));
  expect(steps).toMatchObject([
    { rows: 1, lastPosition: 0, tokens: [1], phase: "prefill", sequences: 1, preempted: 0, counters },
  ]);
});

test("a choice of tokens that the device's outputs do not allow is a diagnostic", async () => {
  const whole = toyDevice();
  const device: Device = { ...whole, capabilities: { ...whole.capabilities, emits: ["none", "argmax"] } };
  const engine = new Engine(device);
  const request = { id: "a", promptIds: [1], maxTokens: 1, stopIds: [] };
  const greedy = engine.add({ ...request, sampling: { temperature: 0, seed: 0 } });
  const sampled = engine.add({ ...request, id: "b", sampling: { temperature: 1, seed: 0 } });
  expect(greedy.kind).toBe("ok");
  expect(await codesOf(Promise.resolve(sampled))).toEqual(["HOST0005"]);
});
