import type { FoundTokenizer } from "../../frontend/index.ts";
import type { JobWatch } from "../jobs/job-watch.ts";

/** Turns tokens into text as they come. */
export interface TextSink {
  /** A generated token. */
  push(id: number): void;
  /** No more tokens: the text of all generated ones, undefined without tokenizer. */
  end(): string | undefined;
}

/**
 * Starts the text of a request. The prompt goes through the same decoder, so that what is added reads on from it;
 * no part of a character is ever handed on.
 */
export function startText(
  tokenizer: FoundTokenizer,
  promptIds: readonly number[],
  watch: JobWatch,
): TextSink {
  if (tokenizer.kind === "absent") return startIds(promptIds, watch);
  const stream = tokenizer.tokenizer.stream();
  for (const id of promptIds) watch.onText?.(stream.push(id));
  let generated = "";
  const add = (text: string): string => {
    generated += text;
    if (text !== "") watch.onText?.(text);
    return text;
  };
  return {
    push: (id) => {
      const text = add(stream.push(id));
      watch.onToken?.({ id, text });
    },
    end: () => {
      add(stream.end());
      return generated;
    },
  };
}

function startIds(promptIds: readonly number[], watch: JobWatch): TextSink {
  watch.onText?.(promptIds.join(","));
  return {
    push: (id) => {
      watch.onText?.(`,${id}`);
      watch.onToken?.({ id, text: "" });
    },
    end: () => undefined,
  };
}
