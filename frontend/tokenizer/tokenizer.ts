import type { Result } from "../../ir/index.ts";

/** Turns text into token ids and back. */
export interface Tokenizer {
  /** Tokens of its vocabulary. */
  readonly vocab: number;
  /** The template of a conversation, where it came with the tokenizer. */
  readonly chatTemplate?: string | undefined;
  /** What chat templates write around texts, where the tokenizer says so. */
  readonly boundaries?: TokenBoundaries;
  /** A prompt's ids, with the start token where the model's template has one. */
  encode(text: string): Result<readonly number[]>;
  /** The ids of text in the middle of a document: no special tokens are added. */
  encodeContinuation(text: string): Result<readonly number[]>;
  /** The text of ids, without special tokens; bytes that are no UTF-8 become U+FFFD. */
  decode(ids: readonly number[]): string;
  /** A decoder for ids that arrive one by one. */
  stream(): TextStream;
}

/** Texts of the tokens that begin and end a text. */
export interface TokenBoundaries {
  readonly start: string | undefined;
  readonly end: string | undefined;
}

/** Decodes token by token; what it has returned, joined, is what `decode` of all ids returns. */
export interface TextStream {
  /** The text that is complete with this token: never a part of a character, often empty. */
  push(id: number): string;
  /** The rest, with U+FFFD for a character that was never completed. */
  end(): string;
}
