import { setImmediate } from "node:timers/promises";
import { Template } from "@huggingface/jinja";
import type { Result } from "../../ir/index.ts";
import { requestSpan, textTooLong } from "../diagnostics.ts";
import { ApiError, refusal } from "./api-error.ts";
import type { ChatRequest, CompletionRequest } from "./schemas.ts";
import type { ServedModel } from "./served-model.ts";

/** Messages one below the other: for models that know no chat. */
const PLAIN =
  "{% for message in messages %}{{ message.content }}{% if not loop.last %}\n{% endif %}{% endfor %}";

/** The token ids of a completion's prompts; between two texts others get their turn. */
export async function completionPrompts(
  { prompt }: CompletionRequest,
  { codec, maxContext }: ServedModel,
): Promise<readonly (readonly number[])[]> {
  const how = { encode: (text: string) => codec.encode(text), maxContext, param: "prompt" };
  const lists: (readonly number[])[] = [];
  for (const one of prompt) {
    lists.push(typeof one === "string" ? encodeText(one, how) : one);
    if (typeof one === "string") await setImmediate();
  }
  return lists;
}

/** Characters of a token, at most, where a text is long. */
const LONGEST_TOKEN = 256;

/** The ids of a text; one that never fits is refused before it is looked at. */
export function encodeText(
  text: string,
  {
    encode,
    maxContext,
    param,
  }: {
    readonly encode: (text: string) => Result<readonly number[]>;
    readonly maxContext: number;
    readonly param: string;
  },
): readonly number[] {
  const most = LONGEST_TOKEN * maxContext;
  if (text.length > most)
    throw refusal([textTooLong(requestSpan, { characters: text.length, most, maxContext })], param);
  const ids = encode(text);
  if (ids.kind === "error") throw refusal(ids.diagnostics, param);
  return ids.value;
}

/** The token ids of a conversation, by the model's template. */
export function chatPrompt(
  { messages }: ChatRequest,
  { codec, chatTemplate, maxContext }: ServedModel,
): readonly number[] {
  const plain = messages.map(({ role, content }) => ({
    role,
    content: typeof content === "string" ? content : (content ?? []).map(({ text }) => text).join(""),
  }));
  const text = render(chatTemplate?.source ?? PLAIN, {
    ...chatTemplate?.variables,
    messages: plain,
    add_generation_prompt: true,
  });
  const encode = (whole: string): Result<readonly number[]> =>
    chatTemplate === undefined ? codec.encode(whole) : codec.encodeContinuation(whole);
  return encodeText(text, { encode, maxContext, param: "messages" });
}

function render(template: string, values: Record<string, unknown>): string {
  try {
    return new Template(template).render(values);
  } catch (error) {
    throw new ApiError(400, `the model's chat template refuses these messages: ${String(error)}`, {
      param: "messages",
    });
  }
}
