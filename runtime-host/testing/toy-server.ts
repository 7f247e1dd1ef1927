import type { AddressInfo } from "node:net";
import OpenAI from "openai";
import { onTestFinished } from "vitest";
import type { Device } from "../device.ts";
import { createReferenceDevice } from "../devices/reference.ts";
import { Engine } from "../engine.ts";
import { createServer, type ServerLimits } from "../server/create-server.ts";
import { EngineLoop } from "../server/engine-loop.ts";
import { ServerMetrics } from "../server/metrics.ts";
import { byteCodec } from "./byte-codec.ts";
import { openSpreadDecoder } from "./spread-decoder.ts";

/** A small device: eight rows, four sequences of 64 positions. */
export function toyDevice(): Device {
  return createReferenceDevice({
    openDecoder: () => openSpreadDecoder(257),
    rows: 8,
    sequences: 4,
    blockSize: 4,
    maxContext: 64,
    vocab: 257,
  });
}

/** A server on a free port, and what talks to it. */
export interface ToyServer {
  readonly client: OpenAI;
  readonly engine: Engine;
  readonly url: string;
  readonly port: number;
}

/** Serves the model `toy`, whose tokens are bytes, until the test ends. */
export async function startToyServer(
  limits: Partial<ServerLimits> = {},
  device = toyDevice(),
  isClosing = (): boolean => false,
): Promise<ToyServer> {
  const engine = new Engine(device);
  const metrics = new ServerMetrics("toy", engine);
  const loop = new EngineLoop(engine, (step) => {
    metrics.step(step);
    engine.check();
  });
  const app = createServer({
    model: {
      id: "toy",
      codec: byteCodec,
      chatTemplate: undefined,
      maxContext: 64,
      stopIds: [256],
      created: 0,
    },
    loop,
    metrics,
    version: "test",
    isClosing,
    now: () => 7,
    limits: { bodyBytes: 10_000, waiting: 8, apiKey: undefined, ...limits },
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => app.close());
  const { port } = app.server.address() as AddressInfo; // a TCP server has one
  const url = `http://127.0.0.1:${String(port)}`;
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: limits.apiKey ?? "none", maxRetries: 0 });
  return { client, engine, url, port };
}
