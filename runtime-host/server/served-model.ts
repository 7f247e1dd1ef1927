import type { Result } from "../../ir/index.ts";

/** Text and token ids of the model that is served; a tokenizer is one. */
export interface TextCodec {
  /** A prompt's ids, with the start token where the model has one. */
  encode(text: string): Result<readonly number[]>;
  /** The ids of text in the middle of a document: no special tokens are added. */
  encodeContinuation(text: string): Result<readonly number[]>;
  decode(ids: readonly number[]): string;
  /** A decoder for ids that arrive one by one; never hands out a part of a character. */
  stream(): { push(id: number): string; end(): string };
}

/** How a conversation becomes a prompt. */
export interface ChatTemplate {
  /** Jinja, as in a model's `tokenizer_config.json`. */
  readonly source: string;
  /** What templates expect beside the messages: `bos_token`, `eos_token`. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What a server answers for. */
export interface ServedModel {
  readonly id: string;
  readonly codec: TextCodec;
  /** Undefined, for models that know no chat: messages' contents, one below the other, behind the start token. */
  readonly chatTemplate: ChatTemplate | undefined;
  readonly maxContext: number;
  /** End-of-text tokens. */
  readonly stopIds: readonly number[];
  /** Seconds since 1970 that `/v1/models` tells. */
  readonly created: number;
}
