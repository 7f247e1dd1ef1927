import type { Command } from "commander";
import { z } from "zod";
import { compileOptions, declareCompileOptions } from "../options/compile-options.ts";
import {
  declareSimulationOptions,
  generationDefaults,
  simulationOptions,
} from "../options/generation-options.ts";
import { positiveInteger } from "../options/words.ts";
import { packageVersion } from "../package-root.ts";
import type { ModelShape } from "../schemas/manifest.ts";
import { openKvStore } from "../serve/kv-store.ts";
import { openServed } from "../serve/open-served.ts";
import { runServer } from "../serve/run-server.ts";
import { declareServeOptions, serveOptions } from "../serve/serve-options.ts";
import { defineVerb } from "../verb.ts";
import { watchSession } from "./tell-story.ts";

/** From a model or a build to an HTTP endpoint. */
export const serve = defineVerb({
  name: "serve",
  summary: "Serve a model over HTTP as OpenAI does, many requests in each step of the hardware",
  declare: (command) => {
    command.argument("<model>", "a model, or a folder made by `hidalgo compile`");
    command.option("--engine <name>", "rtl, reference (integers) or f32", "rtl");
    command.option("--host <address>", "address to listen on", "127.0.0.1");
    command.option("--port <n>", "port to listen on; 0: any that is free", "8000");
    command.option("--api-key <key>", "bearer key of the /v1 endpoints");
    command.option("--max-waiting <n>", "sequences that may wait before requests are refused", "256");
    declareServeOptions(command);
    declareCompileOptions(command);
    declareSimulationOptions(command);
    offerAllOutputs(command);
  },
  input: z.object({
    model: z.string(),
    engine: z.enum(["rtl", "reference", "f32"]),
    host: z.string(),
    port: z.coerce.number("expected a number").int().min(0).max(65535),
    apiKey: z.string().optional(),
    maxWaiting: positiveInteger,
    ...serveOptions,
    ...compileOptions,
    ...simulationOptions,
  }),
  run: async ({ model, host, port, apiKey, maxWaiting, ...given }, session) => {
    const options = { ...given, ...generationDefaults };
    const opened = await openServed(model, options, watchSession(session));
    if (opened.kind === "error") return opened;
    const { shape, model: served } = opened.value;
    const { chunk, maxNumSeqs: sequences, policy, prefixCaching, preemption } = options;
    const settings = {
      host,
      port,
      limits: { bodyBytes: BODY_BYTES, waiting: maxWaiting, apiKey },
      scheduling: {
        ...{ policy, prefixCaching, preemption },
        ...(chunk !== undefined && { chunk }),
        ...(sequences !== undefined && { sequences }),
        window: windowOf(shape),
        store: openKvStore(opened.value, options),
      },
      keepsPrefixes: options.kvStore !== undefined,
      version: packageVersion(),
    };
    if (served.chatTemplate === undefined)
      session.output.line("the model has no chat template: messages become their texts, one below the other");
    return runServer(opened.value, settings, {
      signal: session.signal,
      onReady: (url) => {
        session.output.line(`serving ${served.id} at ${url}/v1 (Ctrl-C ends it)`);
        session.output.event({ event: "ready", url });
      },
    });
  },
});

/** Bytes of a request, at most. */
const BODY_BYTES = 4 * 1024 * 1024;

/** Clients of OpenAI sample at temperature 1 where they do not say otherwise: rows have to give logits. */
function offerAllOutputs(command: Command): void {
  const everything = "topk:8,logits";
  command.options.find(({ long }) => long === "--outputs")?.default(everything);
  command.setOptionValueWithSource("outputs", everything, "default");
}

/** Positions that a token sees, where no layer sees more: blocks behind them are given back. */
function windowOf({ window, full_layers: full = [] }: ModelShape): number | undefined {
  return full.length === 0 ? (window ?? undefined) : undefined;
}
