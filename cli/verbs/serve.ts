import { z } from "zod";
import { compileOptions, declareCompileOptions } from "../options/compile-options.ts";
import {
  declareSimulationOptions,
  generationDefaults,
  simulationOptions,
} from "../options/generation-options.ts";
import { positiveInteger } from "../options/words.ts";
import { packageVersion } from "../package-root.ts";
import { openServed } from "../serve/open-served.ts";
import { runServer } from "../serve/run-server.ts";
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
    command.option("--chunk <n>", "rows of one prompt in a step, at most");
    command.option("--policy <name>", "fcfs, or priority", "fcfs");
    command.option("--no-prefix-caching", "never reuse the KV blocks of earlier requests");
    declareCompileOptions(command);
    declareSimulationOptions(command);
  },
  input: z.object({
    model: z.string(),
    engine: z.enum(["rtl", "reference", "f32"]),
    host: z.string(),
    port: z.coerce.number("expected a number").int().min(0).max(65535),
    apiKey: z.string().optional(),
    maxWaiting: positiveInteger,
    chunk: positiveInteger.optional(),
    policy: z.enum(["fcfs", "priority"]),
    prefixCaching: z.boolean(),
    ...compileOptions,
    ...simulationOptions,
  }),
  run: async (
    { model, host, port, apiKey, maxWaiting, chunk, policy, prefixCaching, ...options },
    session,
  ) => {
    const watch = watchSession(session);
    const opened = await openServed(model, { ...options, ...generationDefaults }, watch);
    if (opened.kind === "error") return opened;
    const settings = {
      host,
      port,
      limits: { bodyBytes: BODY_BYTES, waiting: maxWaiting, apiKey },
      scheduling: { policy, prefixCaching, ...(chunk === undefined ? {} : { chunk }) },
      version: packageVersion(),
    };
    return runServer(opened.value, settings, {
      signal: session.signal,
      onReady: (url) => {
        session.output.line(`serving ${opened.value.model.id} at ${url}/v1 (Ctrl-C ends it)`);
        session.output.event({ event: "ready", url });
      },
    });
  },
});

/** Bytes of a request, at most. */
const BODY_BYTES = 4 * 1024 * 1024;
