import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import OpenAI, { APIError } from "openai";
import { expect, test } from "vitest";
import { packageRoot } from "../package-root.ts";
import { serveWhile } from "../testing/serve-while.ts";

const curl = promisify(execFile);
const fable = join(packageRoot(), "models/fable");

/** Serves the bundled model on simulated hardware while `use` talks to it. */
async function serving(use: (url: string) => Promise<void>): Promise<void> {
  const options = ["--device", "zcu104", "--rows", "4", "--max-context", "96", "--sequences", "4"];
  await serveWhile([fable, ...options], use);
}

const prompt = "Once upon a time";
const greedy = { model: "fable", prompt, max_tokens: 8, temperature: 0 } as const;
/** OpenAI calls its own seed deprecated. */
const seeded = { seed: 7 };

async function completions(client: OpenAI): Promise<void> {
  const { choices, usage } = await client.completions.create({ ...greedy, logprobs: 2 });
  const [choice] = choices;
  if (choice === undefined || usage === undefined) throw new Error("no answer");
  const { text, logprobs } = choice;
  expect(text.length).toBeGreaterThan(0);
  expect(logprobs?.tokens?.join("")).toContain(text.trim().slice(0, 3));
  expect(logprobs?.token_logprobs).toHaveLength(usage.completion_tokens);
  expect(await streamed(client)).toEqual([text, usage]);
  const stop = text.slice(4, 6);
  const stopped = await client.completions.create({ ...greedy, stop });
  expect(stopped.choices[0]).toMatchObject({
    text: text.slice(0, text.indexOf(stop)),
    finish_reason: "stop",
  });
}

/** Text and usage of the same answer, piece by piece. */
async function streamed(client: OpenAI): Promise<readonly [string, unknown]> {
  const options = { stream: true, stream_options: { include_usage: true } } as const;
  let text = "";
  let usage: unknown;
  for await (const chunk of await client.completions.create({ ...greedy, ...options })) {
    text += chunk.choices[0]?.text ?? "";
    usage = chunk.usage ?? usage;
  }
  return [text, usage];
}

async function chats(client: OpenAI): Promise<void> {
  const ask = () =>
    client.chat.completions.create({
      model: "fable",
      messages: [{ role: "user", content: prompt }],
      max_completion_tokens: 5,
      n: 2,
      ...seeded,
      logprobs: true,
      top_logprobs: 3,
    });
  const [first, second] = await Promise.all([ask(), ask()]);
  expect(first.choices.map(({ index, message }) => [index, message.role])).toEqual([
    [0, "assistant"],
    [1, "assistant"],
  ]);
  expect(second.choices).toEqual(first.choices);
  expect(first.choices[0]?.logprobs?.content?.[0]?.top_logprobs).toHaveLength(3);
  expect(first.usage?.prompt_tokens).toBeGreaterThan(0);
  const stream = await client.chat.completions.create({
    model: "fable",
    messages: [{ role: "user", content: prompt }],
    max_completion_tokens: 5,
    ...seeded,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let usage: unknown;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    usage = chunk.usage ?? usage;
  }
  expect(text).toBe(first.choices[0]?.message.content); // the first of two is the only one of one
  expect(usage).toMatchObject({ completion_tokens: 5 });
}

async function refusals(client: OpenAI): Promise<void> {
  const failure = async (body: object): Promise<unknown> => {
    const error: unknown = await client.post("/completions", { body: { ...greedy, ...body } }).then(
      () => "answered",
      (reason: unknown) => reason,
    );
    return error instanceof APIError ? [error.status, error.param, error.code] : error;
  };
  expect(await failure({ temperature: 9 })).toEqual([400, "temperature", null]);
  expect(await failure({ n: 0 })).toEqual([400, "n", null]);
  expect(await failure({ model: "other" })).toEqual([404, "model", "model_not_found"]);
  expect(await failure({ prompt: "once ".repeat(200) })).toEqual([400, "prompt", "HOST0001"]);
}

/** What a shell does: a whole answer, a stream, and what the hardware counted. */
async function fromAShell(url: string): Promise<void> {
  const post = async (path: string, body: object): Promise<string> => {
    const data = ["-H", "content-type: application/json", "-d", JSON.stringify(body)];
    return (await curl("curl", ["-sS", "-N", `${url}${path}`, ...data])).stdout;
  };
  expect(JSON.parse(await post("/v1/completions", greedy))).toMatchObject({ object: "text_completion" });
  const messages = [{ role: "user", content: prompt }];
  const events = await post("/v1/chat/completions", {
    model: "fable",
    messages,
    max_tokens: 3,
    stream: true,
  });
  expect(events).toMatch(/^data: \{.*"role":"assistant"/u);
  expect(events.endsWith("data: [DONE]\n\n")).toBe(true);
  const { stdout: metrics } = await curl("curl", ["-sS", `${url}/metrics`]);
  const metricOf = (name: string): number =>
    Number(new RegExp(`^hidalgo:${name}\\{[^}]*\\} (\\S+)$`, "mu").exec(metrics)?.[1]);
  expect(metricOf("cycles_total")).toBeGreaterThan(10_000);
  expect(metricOf("joules_total")).toBeGreaterThan(0);
  expect(metricOf("rows_per_step_count")).toBe(metricOf("steps_total"));
  expect(metricOf("mbu")).toBeGreaterThan(0.2);
  expect(metricOf("mbu")).toBeLessThan(1);
}

test("the official client and curl in front of simulated hardware", async () => {
  await serving(async (url) => {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 });
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(["fable"]);
    await completions(client);
    await chats(client);
    await refusals(client);
    await fromAShell(url);
  });
}, 480_000);
