import { Readable } from "node:stream";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { z } from "zod";
import { ApiError } from "./api-error.ts";
import type { EngineLoop } from "./engine-loop.ts";
import { checkAlive, checkModel, checkRoom, showsKey } from "./guards.ts";
import type { ServerMetrics } from "./metrics.ts";
import { chatPrompt, completionPrompts, encodeText } from "./prompts.ts";
import { chatForm, completionForm, type ReplyForm, streamedReply, wholeReply } from "./replies.ts";
import { chatRequest, completionRequest, detokenizeRequest, excessOf, tokenizeRequest } from "./schemas.ts";
import type { ServedModel } from "./served-model.ts";
import { type SubmittedRequest, submit } from "./submission.ts";

/** What a server keeps to. */
export interface ServerLimits {
  /** Bytes of a request. */
  readonly bodyBytes: number;
  /** Sequences that may wait; beyond, requests are answered 429. */
  readonly waiting: number;
  /** Bearer key of the `/v1` endpoints; undefined: open. */
  readonly apiKey: string | undefined;
}

/** Parts that a server is made of. */
export interface ServerParts {
  readonly model: ServedModel;
  readonly loop: EngineLoop;
  readonly metrics: ServerMetrics;
  readonly version: string;
  readonly limits: ServerLimits;
  /** Seconds since 1970, for the `created` of replies. */
  readonly now: () => number;
  /** Whether no request is taken any more (503). */
  readonly isClosing?: () => boolean;
}

/** Milliseconds in which a request has to be there whole. */
const REQUEST_TIMEOUT = 60_000;

/** An OpenAI-compatible HTTP server in front of an engine; the caller listens and closes. */
export function createServer(parts: ServerParts): FastifyInstance {
  const { model, metrics, version, limits } = parts;
  const app = fastify({
    bodyLimit: limits.bodyBytes,
    forceCloseConnections: "idle",
    keepAliveTimeout: 5000,
    requestTimeout: REQUEST_TIMEOUT,
    logger: false,
  });
  app.setErrorHandler(async (error, _, reply) => {
    const answer = asApiError(error);
    await reply.status(answer.status).send(answer.body);
  });
  app.setNotFoundHandler(async (request, reply) => {
    const answer = new ApiError(404, `there is no ${request.method} ${request.url}`);
    await reply.status(404).send(answer.body);
  });
  app.addHook("onRequest", (request, _, done) => {
    const { url: route } = request.routeOptions; // not the request's own url, which can be written in many ways
    const { apiKey } = limits;
    const isOpen = apiKey === undefined || route?.startsWith("/v1/") !== true;
    if (isOpen || showsKey(request.headers.authorization, apiKey)) done();
    else done(new ApiError(401, "the API key is missing or wrong", { code: "invalid_api_key" }));
  });
  app.get("/health", () => {
    checkAlive(parts.loop.engine, parts.isClosing?.() === true);
    return { status: "ok" };
  });
  app.get("/version", () => ({ version }));
  app.get("/metrics", async (_, reply) => {
    await reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  app.get("/v1/models", () => ({ object: "list", data: [describeModel(model)] }));
  app.get<{ Params: { id: string } }>("/v1/models/:id", ({ params }) => {
    checkModel(params.id, model);
    return describeModel(model);
  });
  addTextRoutes(app, model);
  const completions = new CompletionRoutes(parts);
  app.post("/v1/completions", (request, reply) => completions.complete(request, reply));
  app.post("/v1/chat/completions", (request, reply) => completions.chat(request, reply));
  return app;
}

function addTextRoutes(app: FastifyInstance, { codec, maxContext }: ServedModel): void {
  app.post("/tokenize", ({ body }) => {
    const { prompt, add_special_tokens: special = true } = parse(tokenizeRequest, body);
    const encode = (text: string): ReturnType<typeof codec.encode> =>
      special ? codec.encode(text) : codec.encodeContinuation(text);
    const tokens = encodeText(prompt, { encode, maxContext, param: "prompt" });
    return { count: tokens.length, max_model_len: maxContext, tokens };
  });
  app.post("/detokenize", ({ body }) => ({ prompt: codec.decode(parse(detokenizeRequest, body).tokens) }));
}

/** The two endpoints that run the model. */
class CompletionRoutes {
  readonly #parts: ServerParts;
  #count = 0;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  async complete(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { model, loop, limits } = this.#parts;
    const body = parse(completionRequest, request.body);
    checkModel(body.model, model);
    checkRoom(body.prompt.length * (body.n ?? 1), loop.engine.load, limits.waiting); // before any text is encoded
    const prompts = await completionPrompts(body, model);
    const more = { logprobCount: body.logprobs ?? undefined, maxTokens: body.max_tokens ?? 16 };
    return this.#answer(completionForm, { body: { ...body, ...more }, prompts, reply });
  }

  async chat(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { model } = this.#parts;
    const body = parse(chatRequest, request.body);
    checkModel(body.model, model);
    const prompts = [chatPrompt(body, model)];
    const more = {
      logprobCount: body.logprobs === true ? (body.top_logprobs ?? 0) : undefined,
      maxTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
    };
    return this.#answer(chatForm, { body: { ...body, ...more }, prompts, reply });
  }

  async #answer(
    form: ReplyForm,
    {
      body,
      prompts,
      reply,
    }: {
      readonly body: SubmittedRequest;
      readonly prompts: readonly (readonly number[])[];
      readonly reply: FastifyReply;
    },
  ): Promise<unknown> {
    const { model, loop, limits, metrics, isClosing } = this.#parts;
    checkAlive(loop.engine, isClosing?.() === true);
    checkRoom(prompts.length * (body.n ?? 1), loop.engine.load, limits.waiting);
    const id = `${form.prefix}-${String(++this.#count)}`;
    const head = { id, created: this.#parts.now(), model: model.id };
    const submission = submit(prompts, body, { id, model, loop, metrics });
    reply.raw.once("close", () => {
      submission.abort(); // of an answered request this does nothing
    });
    if (reply.raw.destroyed) submission.abort(); // who left while the request was read
    if (body.stream !== true) return wholeReply(form, head, submission, model.codec);
    const includesUsage = body.stream_options?.include_usage === true;
    const events = streamedReply(form, head, submission, { codec: model.codec, includesUsage });
    void reply.header("cache-control", "no-cache").type("text/event-stream; charset=utf-8");
    return reply.send(Readable.from(withErrors(events)));
  }
}

/** A failure behind the first event is an event: the status is out already. */
async function* withErrors(events: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* events;
  } catch (error) {
    yield `data: ${JSON.stringify(asApiError(error).body)}\n\n`;
  }
}

function parse<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const excess = excessOf(body);
  if (excess !== undefined) throw new ApiError(400, `the request has ${excess}`);
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const param = (issue?.path.join(".") ?? "").slice(0, 200); // keys are the client's
  throw new ApiError(400, `${param === "" ? "the request" : param}: ${issue?.message ?? "is malformed"}`, {
    param,
  });
}

function describeModel({ id, created, maxContext }: ServedModel): unknown {
  return { id, object: "model", created, owned_by: "hidalgo", max_model_len: maxContext };
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const { statusCode, message } = error as { readonly statusCode?: number; readonly message?: string }; // fastify's errors
  if (statusCode !== undefined && statusCode < 500) return new ApiError(statusCode, message ?? "bad request");
  return new ApiError(500, `a bug in Hidalgo: ${message ?? String(error)}`);
}
