import { Template } from "@huggingface/jinja";
import { ApiError, refusal } from "./api-error.ts";
import type { ChatRequest, CompletionRequest } from "./schemas.ts";
import type { ServedModel } from "./served-model.ts";

/** Messages one below the other: for models that know no chat. */
const PLAIN =
  "{% for message in messages %}{{ message.content }}{% if not loop.last %}\n{% endif %}{% endfor %}";

/** The token ids of a completion's prompts. */
export function completionPrompts(
  { prompt }: CompletionRequest,
  { codec }: ServedModel,
): readonly (readonly number[])[] {
  const encode = (text: string): readonly number[] => {
    const ids = codec.encode(text);
    if (ids.kind === "error") throw refusal(ids.diagnostics, "prompt");
    return ids.value;
  };
  if (typeof prompt === "string") return [encode(prompt)];
  const lists = prompt.map((one) => (typeof one === "string" ? encode(one) : one));
  return lists.every((one) => typeof one === "number")
    ? [lists]
    : lists.map((one) => (typeof one === "number" ? [one] : one));
}

/** The token ids of a conversation, by the model's template. */
export function chatPrompt(
  { messages }: ChatRequest,
  { codec, chatTemplate }: ServedModel,
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
  const ids = chatTemplate === undefined ? codec.encode(text) : codec.encodeContinuation(text);
  if (ids.kind === "error") throw refusal(ids.diagnostics, "messages");
  return ids.value;
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
