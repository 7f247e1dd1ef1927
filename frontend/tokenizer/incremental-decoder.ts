import type { TextStream } from "./tokenizer.ts";

/** What stands for bytes that are no UTF-8, also for the first bytes of an unfinished character. */
const replacement = "\uFFFD";

/**
 * A stream made of a decoder of whole sequences. Each token is decoded together with those before it back to
 * the last complete text, because decoders treat the first token of a sequence in their own way (they drop its
 * space), and text is held back while it ends in an unfinished character.
 */
export function createIncrementalDecoder(decode: (ids: readonly number[]) => string): TextStream {
  let context: readonly number[] = []; // already returned, kept because of how the next token decodes after it
  let pending: readonly number[] = [];
  const newText = (): string => decode([...context, ...pending]).slice(decode(context).length);
  return {
    push: (id) => {
      pending = [...pending, id];
      const text = newText();
      if (text === "" || text.endsWith(replacement)) return "";
      context = pending;
      pending = [];
      return text;
    },
    end: () => {
      const text = newText();
      context = [...context, ...pending];
      pending = [];
      return text;
    },
  };
}
