import type { TokenReport } from "./answer.ts";
import type { TextCodec } from "./served-model.ts";
import type { ChoicePiece, Submission } from "./submission.ts";

/** What OpenAI's two kinds of completions call things. */
export interface ReplyForm {
  readonly prefix: string;
  readonly object: string;
  readonly chunkObject: string;
  /** One answer, whole. */
  choice(index: number, text: string, finish: string | null, logprobs: unknown): unknown;
  /** One piece of an answer; `isFirst` for the answer's first. */
  delta(piece: ChoicePiece, isFirst: boolean, logprobs: unknown): unknown;
  logprobs(reports: readonly TokenReport[], codec: TextCodec): unknown;
}

/** Header of every reply. */
export interface ReplyHead {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

/** Tokens as OpenAI counts them. */
function usageOf(submission: Submission): Readonly<Record<string, number>> {
  const { promptTokens } = submission;
  const completionTokens = submission.completionTokens();
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

/** `POST /v1/completions`. */
export const completionForm: ReplyForm = {
  prefix: "cmpl",
  object: "text_completion",
  chunkObject: "text_completion",
  choice: (index, text, finish, logprobs) => ({ index, text, logprobs, finish_reason: finish }),
  delta: (piece, _, logprobs) => ({
    index: piece.index,
    text: piece.text,
    logprobs,
    finish_reason: piece.finish ?? null,
  }),
  logprobs: (reports, codec) => ({
    tokens: reports.map(({ text }) => text),
    token_logprobs: reports.map(({ logprobs }) => logprobs.chosen),
    top_logprobs: reports.map(({ logprobs }) =>
      Object.fromEntries(logprobs.top.map(({ token, logprob }) => [codec.decode([token]), logprob])),
    ),
    text_offset: reports.map(({ offset }) => offset),
  }),
};

/** `POST /v1/chat/completions`. */
export const chatForm: ReplyForm = {
  prefix: "chatcmpl",
  object: "chat.completion",
  chunkObject: "chat.completion.chunk",
  choice: (index, text, finish, logprobs) => ({
    index,
    message: { role: "assistant", content: text, refusal: null },
    logprobs,
    finish_reason: finish,
  }),
  delta: (piece, isFirst, logprobs) => ({
    index: piece.index,
    delta: { ...(isFirst ? { role: "assistant" } : {}), content: piece.text },
    logprobs,
    finish_reason: piece.finish ?? null,
  }),
  logprobs: (reports, codec) => ({
    content: reports.map(({ text, logprobs }) => ({
      ...entry(text, logprobs.chosen),
      top_logprobs: logprobs.top.map(({ token, logprob }) => entry(codec.decode([token]), logprob)),
    })),
    refusal: null,
  }),
};

function entry(token: string, logprob: number): Readonly<Record<string, unknown>> {
  return { token, logprob, bytes: [...new TextEncoder().encode(token)] };
}

/** The whole reply, when all answers have come. */
export async function wholeReply(
  form: ReplyForm,
  head: ReplyHead,
  submission: Submission,
  codec: TextCodec,
): Promise<unknown> {
  const answers = new Map<number, { text: string; finish: string | null; reports: TokenReport[] }>();
  for await (const { index, text, finish, reports } of submission.pieces) {
    const answer = answers.get(index) ?? { text: "", finish: null, reports: [] };
    answer.text += text;
    answer.finish = finish ?? answer.finish;
    answer.reports.push(...reports);
    answers.set(index, answer);
  }
  const choices = [...answers]
    .toSorted(([a], [b]) => a - b)
    .map(([index, { text, finish, reports }]) =>
      form.choice(index, text, finish, reports.length === 0 ? null : form.logprobs(reports, codec)),
    );
  return { ...head, object: form.object, choices, usage: usageOf(submission) };
}

/** The reply as server-sent events: pieces, on demand the usage, and `[DONE]`. */
export async function* streamedReply(
  form: ReplyForm,
  head: ReplyHead,
  submission: Submission,
  options: { readonly codec: TextCodec; readonly includesUsage: boolean },
): AsyncGenerator<string> {
  const begun = new Set<number>();
  const chunk = (choices: readonly unknown[], more: object = {}): string =>
    event({ ...head, object: form.chunkObject, choices, ...more });
  for await (const piece of submission.pieces) {
    const isFirst = !begun.has(piece.index);
    if (!isFirst && piece.text === "" && piece.finish === undefined && piece.reports.length === 0) continue;
    begun.add(piece.index);
    const logprobs = piece.reports.length === 0 ? null : form.logprobs(piece.reports, options.codec);
    yield chunk([form.delta(piece, isFirst, logprobs)]);
  }
  if (options.includesUsage) yield chunk([], { usage: usageOf(submission) });
  yield "data: [DONE]\n\n";
}

function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
