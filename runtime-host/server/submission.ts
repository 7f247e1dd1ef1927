import type { RequestListener } from "../engine.ts";
import type { SamplingParameters, ServingRequest } from "../request.ts";
import { Answer, type AnswerPiece } from "./answer.ts";
import { failure, refusal } from "./api-error.ts";
import type { EngineLoop } from "./engine-loop.ts";
import type { RequestWatch, ServerMetrics } from "./metrics.ts";
import type { CommonRequest } from "./schemas.ts";
import type { ServedModel } from "./served-model.ts";

/** A piece of one of the answers. */
export interface ChoicePiece extends AnswerPiece {
  /** Prompt number times `n`, plus the answer's number. */
  readonly index: number;
}

/** Prompts that were taken in, and their answers as they come. */
export interface Submission {
  /** Every piece of every answer, in the order in which they come; ends with the last answer. */
  readonly pieces: AsyncIterable<ChoicePiece>;
  readonly promptTokens: number;
  /** Tokens of all answers so far. */
  completionTokens(): number;
  /** Ends what is still running; its blocks are free at once. */
  abort(): void;
}

/** A client's request, with what the two endpoints call differently. */
export type SubmittedRequest = CommonRequest & {
  /** Most probable tokens to report beside each token; undefined: no probabilities. */
  readonly logprobCount: number | undefined;
  /** Undefined: as many as fit. */
  readonly maxTokens: number | undefined;
};

/** What `submit` is given beside the client's request. */
export interface SubmissionContext {
  readonly id: string;
  readonly model: ServedModel;
  readonly loop: EngineLoop;
  readonly metrics: ServerMetrics;
}

/** Hands prompts to the engine; a prompt that cannot be served is thrown as an answer. */
export function submit(
  prompts: readonly (readonly number[])[],
  request: SubmittedRequest,
  { id, model, loop, metrics }: SubmissionContext,
): Submission {
  const servings = prompts.map((promptIds, prompt) =>
    servingRequest(request, { id: `${id}-${String(prompt)}`, promptIds, model }),
  );
  for (const serving of servings) {
    const refused = loop.engine.refusal(serving);
    if (refused?.kind === "error") throw refusal(refused.diagnostics, "prompt");
  }
  const queue = new PieceQueue();
  const n = request.n ?? 1;
  const stops = typeof request.stop === "string" ? [request.stop] : (request.stop ?? []);
  const answers = servings.flatMap((serving, prompt) => {
    const { promptIds, stopIds } = serving;
    const own = Array.from({ length: n }, () => new Answer(model.codec, { promptIds, stops, stopIds }));
    const watch = metrics.request({ promptTokens: promptIds.length, n, maxTokens: serving.maxTokens });
    queue.expect(n);
    loop.submit(serving, listenerOf(own, { queue, watch, firstIndex: prompt * n }));
    return own;
  });
  return {
    pieces: queue,
    promptTokens: prompts.reduce((sum, prompt) => sum + prompt.length, 0),
    completionTokens: () => answers.reduce((sum, { tokens }) => sum + tokens, 0),
    abort: () => {
      for (const serving of servings) loop.engine.abort(serving.id);
    },
  };
}

/** Makes pieces of what the engine says of one prompt's answers. */
function listenerOf(
  own: readonly Answer[],
  {
    queue,
    watch,
    firstIndex,
  }: { readonly queue: PieceQueue; readonly watch: RequestWatch; readonly firstIndex: number },
): RequestListener {
  const stopped = own.map(() => false);
  return {
    onScheduled: watch.scheduled,
    onToken: (sample, chosen) => {
      watch.token(sample);
      const piece = own[sample]?.push(chosen);
      if (piece === undefined) return "go on";
      queue.push({ ...piece, index: firstIndex + sample });
      stopped[sample] = piece.isStopped;
      return piece.isStopped ? "stop" : "go on";
    },
    onFinish: (sample, reason, diagnostics) => {
      watch.end(sample, reason);
      const piece = own[sample]?.end(reason, stopped[sample] ?? false);
      if (reason === "error") queue.fail(failure(diagnostics));
      else if (piece !== undefined) queue.push({ ...piece, index: firstIndex + sample });
      queue.done();
    },
  };
}

function servingRequest(
  request: SubmittedRequest,
  {
    id,
    promptIds,
    model,
  }: { readonly id: string; readonly promptIds: readonly number[]; readonly model: ServedModel },
): ServingRequest {
  const room = model.maxContext - promptIds.length;
  const own = request.ignore_eos === true ? [] : model.stopIds;
  return {
    id,
    promptIds,
    maxTokens: Math.max(1, Math.min(request.maxTokens ?? room, room)),
    stopIds: [...own, ...(request.stop_token_ids ?? [])],
    minTokens: request.min_tokens ?? 0,
    n: request.n ?? 1,
    priority: request.priority ?? 0,
    cacheSalt: request.cache_salt ?? "",
    sampling: samplingOf(request, id),
  };
}

function samplingOf(request: SubmittedRequest, id: string): SamplingParameters {
  const topK = request.top_k ?? 0;
  const bias = Object.entries(request.logit_bias ?? {});
  return {
    temperature: request.temperature ?? 1,
    topK: topK <= 0 ? undefined : topK,
    topP: request.top_p ?? undefined,
    minP: request.min_p ?? undefined,
    repetitionPenalty: request.repetition_penalty ?? undefined,
    presencePenalty: request.presence_penalty ?? undefined,
    frequencyPenalty: request.frequency_penalty ?? undefined,
    logitBias: new Map(bias.map(([token, value]) => [Number(token), value])),
    seed: request.seed ?? seedOf(id),
    logprobs: request.logprobCount,
  };
}

/** A seed for a request without one: another one for each request. */
function seedOf(id: string): number {
  return new TextEncoder().encode(id).reduce((hash, byte) => (Math.imul(hash, 31) + byte) | 0, 7);
}

/** Pieces on their way from the engine's loop to whoever writes them to a client. */
class PieceQueue implements AsyncIterable<ChoicePiece> {
  readonly #pieces: ChoicePiece[] = [];
  #open = 0;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  expect(answers: number): void {
    this.#open += answers;
  }

  push(piece: ChoicePiece): void {
    this.#pieces.push(piece);
    this.#wake?.();
  }

  fail(reason: Error): void {
    this.#failure ??= reason;
  }

  done(): void {
    this.#open -= 1;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChoicePiece> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) yield piece;
      else if (this.#open <= 0) {
        if (this.#failure !== undefined) throw this.#failure;
        return;
      } else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
