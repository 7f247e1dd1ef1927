import type { FinishReason, SamplingParameters, ServingRequest } from "../request.ts";
import { Answer, type AnswerPiece } from "./answer.ts";
import { failure, refusal } from "./api-error.ts";
import type { EngineLoop } from "./engine-loop.ts";
import type { ServerMetrics } from "./metrics.ts";
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
  const queue = new PieceQueue();
  const n = request.n ?? 1;
  const stops = typeof request.stop === "string" ? [request.stop] : (request.stop ?? []);
  const answers: Answer[] = [];
  const ids = prompts.map((_, i) => `${id}-${String(i)}`);
  const abort = (reason: FinishReason): void => {
    for (const one of ids) loop.engine.abort(one, reason);
  };
  prompts.forEach((promptIds, prompt) => {
    const serving = servingRequest(request, { id: ids[prompt] ?? id, promptIds, model });
    const own = Array.from(
      { length: n },
      () => new Answer(model.codec, { promptIds, stops, stopIds: serving.stopIds }),
    );
    answers.push(...own);
    const stopped = own.map(() => false);
    queue.expect(n);
    const watch = metrics.request({ promptTokens: promptIds.length, n, maxTokens: serving.maxTokens });
    const added = loop.submit(serving, {
      onScheduled: watch.scheduled,
      onToken: (sample, chosen) => {
        watch.token(sample);
        const piece = own[sample]?.push(chosen);
        if (piece === undefined) return "go on";
        queue.push({ ...piece, index: prompt * n + sample });
        stopped[sample] = piece.isStopped;
        return piece.isStopped ? "stop" : "go on";
      },
      onFinish: (sample, reason, diagnostics) => {
        watch.end(sample, reason);
        const piece = own[sample]?.end(reason, stopped[sample] ?? false);
        if (reason === "error") queue.fail(failure(diagnostics));
        else if (piece !== undefined) queue.push({ ...piece, index: prompt * n + sample });
        queue.done();
      },
    });
    if (added.kind === "error") {
      abort("abort");
      throw refusal(added.diagnostics, "prompt");
    }
  });
  return {
    pieces: queue,
    promptTokens: prompts.reduce((sum, prompt) => sum + prompt.length, 0),
    completionTokens: () => answers.reduce((sum, { tokens }) => sum + tokens, 0),
    abort: () => {
      abort("abort");
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
