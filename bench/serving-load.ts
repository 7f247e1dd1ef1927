/**
 * Many clients at once in front of the server and two integer references of a small model that fail now and then: requests that are
 * answered, that leave before or in the middle of their answer, that are malformed or no JSON at all, too long, or read slowly.
 *
 *     node --expose-gc bench/serving-load.ts [clients] [requests] > bench/results/serving-load.txt
 *
 * Nothing is timed. At the end every block is free, and every request that was accepted was answered or ended cleanly.
 */
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { createIntegerDecoder, quantizeModel } from "../frontend/index.ts";
import { builtSpan, defineDiagnostic, fail, ok } from "../ir/index.ts";
import {
  createReferenceDevice,
  createServer,
  type Device,
  Engine,
  EngineLoop,
  HostStore,
  ServerMetrics,
} from "../runtime-host/index.ts";
import { Choices } from "./fuzz/choices.ts";
import { parametersOf, plainConfig, randomCheckpoint } from "./rows/random-checkpoint.ts";

const CONTEXT = 64;
const config = { ...plainConfig, layers: 1, maxContext: CONTEXT };
const VOCAB = config.vocab;
const BLOCK_SIZE = 4;
const [clients = 200, requests = 10_000] = process.argv.slice(2).map(Number);

const model = quantizeModel(randomCheckpoint(config, 5));

/** Letters as tokens. */
const codec = {
  encode: (text: string) => ok([...new TextEncoder().encode(text)].map((byte) => byte % VOCAB)),
  encodeContinuation: (text: string) => ok([...new TextEncoder().encode(text)].map((byte) => byte % VOCAB)),
  decode: (ids: readonly number[]) => ids.map((id) => String.fromCharCode(33 + id)).join(""),
  stream: () => ({ push: (id: number) => String.fromCharCode(33 + id), end: () => "" }),
};

const failed = defineDiagnostic("BENCH0001", "error", () => ({ message: "the device failed" }));
const faults = { steps: 0, kept: 0, lost: 0 };

/** A device that fails in one of 97 steps, every third time with its memory. */
function faultyDevice(): Device {
  const device = createReferenceDevice({
    openDecoder: () => createIntegerDecoder(model, { blockSize: BLOCK_SIZE }),
    rows: 32,
    sequences: 24,
    blocks: 120,
    blockSize: BLOCK_SIZE,
    maxContext: CONTEXT,
    vocab: VOCAB,
  });
  return {
    ...device,
    step: (rows) =>
      ++faults.steps % 97 === 0 ? Promise.resolve(fail(failed(builtSpan("device"), {}))) : device.step(rows),
    recover: () => {
      const recovery = (faults.kept + faults.lost) % 3 === 2 ? "lost" : "kept";
      faults[recovery] += 1;
      return Promise.resolve(ok(recovery));
    },
  };
}

const engine = new Engine([faultyDevice(), faultyDevice()], {
  preemption: "swap",
  store: new HostStore({ prefixBlocks: 50, swapBlocks: 200 }),
});
const metrics = new ServerMetrics("toy", engine);
const loop = new EngineLoop(engine, (step) => {
  metrics.step(step);
  engine.check();
});
const app = createServer({
  model: { id: "toy", codec, chatTemplate: undefined, maxContext: CONTEXT, stopIds: [0], created: 0 },
  loop,
  metrics,
  version: "bench",
  limits: { bodyBytes: 4096, waiting: 64, apiKey: undefined },
  now: () => 0,
});
await app.listen({ host: "127.0.0.1", port: 0 });
const { port } = app.server.address() as AddressInfo; // a TCP server has one
const counts = new Map<string, number>();

const KINDS = [
  ...["plain", "plain", "stream", "leave", "slow"],
  ...["vanish", "malformed", "garbage", "long", "body"],
] as const;

type Kind = (typeof KINDS)[number];

/** The bytes of a request of some kind. */
function bytesOf(kind: Kind, choices: Choices): string | Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(bodyOf(kind, choices));
  if (kind !== "garbage") return text;
  const bytes = new TextEncoder().encode(text);
  for (let n = 0; n < 3; n++) bytes[choices.below(bytes.length)] = choices.below(256);
  return bytes.slice(0, choices.between(1, bytes.length));
}

/** A body of some kind, sound or not. */
function bodyOf(kind: Kind, choices: Choices): unknown {
  return {
    model: "toy",
    prompt: "p".repeat(kind === "long" ? CONTEXT : 1 + choices.below(12)) + String(choices.below(9)),
    max_tokens: 1 + choices.below(kind === "leave" ? 40 : 10),
    temperature: choices.below(2),
    n: 1 + choices.below(2),
    seed: choices.below(9),
    stream: isStream(kind),
    ...(kind === "malformed" ? { top_p: "much" } : {}),
    ...(kind === "body" ? { user: "x".repeat(5000) } : {}),
  };
}

function isStream(kind: Kind): boolean {
  return kind === "stream" || kind === "leave" || kind === "slow";
}

/** One request of some kind; says how it ended. */
async function one(choices: Choices): Promise<string> {
  const kind = KINDS[choices.below(KINDS.length)] ?? "plain";
  const control = new AbortController();
  if (kind === "vanish")
    void pause(choices.below(6)).then(() => {
      control.abort();
    });
  const asked = fetch(`http://127.0.0.1:${String(port)}/v1/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: bytesOf(kind, choices),
    signal: control.signal,
  });
  return asked
    .then((answer) => endOf(kind, answer, control))
    .catch((error: unknown) => {
      if (control.signal.aborted) return "vanished before the answer";
      throw error;
    });
}

/** Reads an answer, or the beginning of it. */
async function endOf(kind: Kind, answer: Response, control: AbortController): Promise<string> {
  if (kind === "leave" && answer.status === 200) {
    await answer.body?.getReader().read();
    control.abort();
    return "left";
  }
  const text = kind === "slow" ? await readSlowly(answer) : await answer.text();
  if (text.includes("BENCH0001")) return `${kind}: failed with the device`;
  const isCut = isStream(kind) && answer.status === 200 && !text.endsWith("data: [DONE]\n\n");
  return isCut ? `${kind}: cut off` : `${kind}: ${String(answer.status)}`;
}

async function readSlowly(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  const body = answer.body as ReadableStream<Uint8Array> | null; // what fetch gives is bytes
  const reader = body?.getReader();
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    text += decoder.decode(read.value, { stream: true });
    await pause(1);
  }
  return text;
}

/** Bytes in use behind a collection, where the garbage collector can be called. */
function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

let next = 0;
let early = 0;
await Promise.all(
  Array.from({ length: clients }, async (_, client) => {
    const choices = new Choices(client + 1);
    while (next++ < requests) {
      const end = await one(choices);
      counts.set(end, (counts.get(end) ?? 0) + 1);
      if (next === Math.floor(requests / 5)) early = heapUsed();
    }
  }),
);
await loop.drain();
const { freeBlocks, blocks, host } = engine.load;
await app.close();
const [before, after] = [early, heapUsed()].map((bytes) => (bytes / 2 ** 20).toFixed(0));
process.stdout.write(
  `${String(clients)} clients, ${String(requests)} requests, integer reference of ${String(parametersOf(config))} parameters on two accelerators\n`,
);
for (const [end, count] of [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  process.stdout.write(`  ${end.padEnd(16)} ${String(count)}\n`);
process.stdout.write(
  `failing steps: ${String(faults.kept)} with memory kept, ${String(faults.lost)} with memory lost\n` +
    `blocks free at the end: ${String(freeBlocks)} of ${String(blocks)}, swapped: ${String(host.swapBlocks)}; idle: ${String(engine.isIdle)}\n` +
    `memory in use behind a fifth of the requests: ${String(before)} MiB, at the end: ${String(after)} MiB\n`,
);
