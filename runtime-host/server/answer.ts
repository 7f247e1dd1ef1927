import type { FinishReason } from "../request.ts";
import type { ChosenToken, TokenLogprobs } from "../sampling/sample.ts";
import type { TextCodec } from "./served-model.ts";
import { stoppableText } from "./stop-strings.ts";

/** A token of an answer with its probabilities. */
export interface TokenReport {
  readonly token: number;
  readonly text: string;
  /** Where its text begins in the answer, in UTF-16 units. */
  readonly offset: number;
  readonly logprobs: TokenLogprobs;
}

/** What one token, or the end, adds to an answer. */
export interface AnswerPiece {
  readonly text: string;
  readonly reports: readonly TokenReport[];
  readonly finish: FinishReason | undefined;
}

/** The text of one answer as its tokens come. */
export class Answer {
  readonly #codec: TextCodec;
  readonly #decoder: ReturnType<TextCodec["stream"]>;
  readonly #text: ReturnType<typeof stoppableText>;
  readonly #stopIds: ReadonlySet<number>;
  #length = 0;
  tokens = 0;

  constructor(
    codec: TextCodec,
    options: {
      readonly promptIds: readonly number[];
      readonly stops: readonly string[];
      readonly stopIds: readonly number[];
    },
  ) {
    this.#codec = codec;
    this.#decoder = codec.stream();
    for (const id of options.promptIds) this.#decoder.push(id); // the answer reads on from the prompt
    this.#text = stoppableText(options.stops);
    this.#stopIds = new Set(options.stopIds);
  }

  /** A token; `isStopped` where a stop string is complete. */
  push({ token, logprobs }: ChosenToken): AnswerPiece & { readonly isStopped: boolean } {
    this.tokens += 1;
    const decoded = this.#stopIds.has(token) ? "" : this.#decoder.push(token);
    const reports =
      logprobs === undefined
        ? []
        : [{ token, text: this.#codec.decode([token]), offset: this.#length, logprobs }];
    this.#length += decoded.length;
    const { text, isStopped } = this.#text.push(decoded);
    return { text, reports, finish: undefined, isStopped };
  }

  /** The end; after a stop string nothing is left to show. */
  end(finish: FinishReason, isStopped: boolean): AnswerPiece {
    if (isStopped) return { text: "", reports: [], finish };
    const { text, isStopped: stops } = this.#text.push(this.#decoder.end());
    return { text: text + (stops ? "" : this.#text.end()), reports: [], finish };
  }
}
