import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
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
import { stepMeter } from "./meter.ts";
import type { OpenedForServing } from "./open-served.ts";

/** Where and how to serve. */
export interface ServeSettings {
  readonly host: string;
  readonly port: number;
  readonly limits: ServerLimits;
  readonly scheduling: EngineOptions;
  /** Whether KV blocks that may be used again go to the store at the end. */
  readonly keepsPrefixes: boolean;
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

/** Milliseconds that running requests get to end by themselves, once the server is asked to end. */
const GRACE_MS = 1000;

/** Milliseconds that connections get to take the rest of what they were sent. */
const CLOSE_MS = 500;

/** Serves until `signal` is aborted: then no request is taken any more, those that run get a second to end, and the devices are closed. */
export async function runServer(
  { engines, model, shape }: OpenedForServing,
  settings: ServeSettings,
  { signal, onReady }: { readonly signal: AbortSignal; readonly onReady: (url: string) => void },
): Promise<Result<ServeResult>> {
  const engine = new Engine(
    engines.map(({ device }) => device),
    settings.scheduling,
  );
  const metrics = new ServerMetrics(model.id, engine, stepMeter(engines, shape));
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
  const parts = { loop, metrics, limits, version, now, isClosing: () => signal.aborted };
  const app = createServer({ model: { ...model, created: now() }, ...parts });
  try {
    const url = await app.listen({ host: settings.host, port: settings.port });
    onReady(url);
    if (!signal.aborted) await once(signal, "abort");
    await Promise.race([loop.drain(), delay(GRACE_MS, undefined, { ref: false })]);
    engine.abortAll();
    await loop.drain();
    await closeWithin(app, CLOSE_MS);
    if (settings.keepsPrefixes) await engine.keepPrefixes();
    return ok({ schema: "hidalgo.serve/1", url, ...total });
  } finally {
    for (const { device } of engines) await device.close();
  }
}

/** Closes a server; connections of clients that neither read nor leave are cut off. */
async function closeWithin(app: ReturnType<typeof createServer>, milliseconds: number): Promise<void> {
  const closed = app.close();
  await Promise.race([closed, delay(milliseconds, undefined, { ref: false })]);
  app.server.closeAllConnections();
  await closed;
}
