import { once } from "node:events";
import { ok, type Result } from "../../ir/index.ts";
import {
  createServer,
  Engine,
  EngineLoop,
  type EngineOptions,
  type ServerLimits,
  ServerMetrics,
} from "../../runtime-host/index.ts";
import type { ResultObject } from "../result-object.ts";
import type { OpenedForServing } from "./open-served.ts";

/** Where and how to serve. */
export interface ServeSettings {
  readonly host: string;
  readonly port: number;
  readonly limits: ServerLimits;
  readonly scheduling: EngineOptions;
  readonly version: string;
}

/** What a server did until it was stopped. */
export interface ServeResult extends ResultObject {
  readonly schema: "hidalgo.serve/1";
  readonly url: string;
  readonly steps: number;
  readonly rows: number;
  readonly generated_tokens: number;
  readonly cycles: number;
}

/** Serves until `signal` is aborted: then no request is taken any more, those that run are ended, and the device is closed. */
export async function runServer(
  { engine: opened, model }: OpenedForServing,
  settings: ServeSettings,
  { signal, onReady }: { readonly signal: AbortSignal; readonly onReady: (url: string) => void },
): Promise<Result<ServeResult>> {
  const engine = new Engine(opened.device, settings.scheduling);
  const metrics = new ServerMetrics(model.id, engine);
  const total = { steps: 0, rows: 0, generated_tokens: 0, cycles: 0 };
  const loop = new EngineLoop(engine, (step) => {
    metrics.step(step);
    total.steps += 1;
    total.rows += step.rows;
    total.generated_tokens += step.tokens.length;
    total.cycles += step.counters?.cycles ?? 0;
  });
  const now = (): number => Math.floor((performance.timeOrigin + performance.now()) / 1000);
  const { limits, version } = settings;
  const app = createServer({ model: { ...model, created: now() }, loop, metrics, limits, version, now });
  const url = await app.listen({ host: settings.host, port: settings.port });
  onReady(url);
  try {
    if (!signal.aborted) await once(signal, "abort");
    engine.abortAll();
    await loop.drain();
    await app.close();
  } finally {
    await opened.device.close();
  }
  return ok({ schema: "hidalgo.serve/1", url, ...total });
}
