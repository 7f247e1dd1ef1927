import { APIError } from "openai";
import { expect, test } from "vitest";
import { builtSpan, defineDiagnostic, fail } from "../../ir/index.ts";
import type { Device } from "../device.ts";
import { startToyServer, toyDevice } from "../testing/toy-server.ts";

/** What `seed` asks for; OpenAI calls its own best-effort form deprecated. */
const seeded = { seed: 5 };
const greedy = { model: "toy", max_tokens: 12, temperature: 0, ignore_eos: true };

test("the official client completes, streams, and gets the same text each time", async () => {
  const { client } = await startToyServer();
  const whole = await client.completions.create({ ...greedy, prompt: "Once" });
  expect(whole.choices[0]).toMatchObject({ index: 0, finish_reason: "length", logprobs: null });
  expect(whole.usage).toEqual({ prompt_tokens: 4, completion_tokens: 12, total_tokens: 16 });
  const stream = await client.completions.create({
    ...greedy,
    prompt: "Once",
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let usage: unknown;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.text ?? "";
    usage = chunk.usage ?? usage;
  }
  expect(text).toBe(whole.choices[0]?.text);
  expect(usage).toEqual(whole.usage);
});

test("chat: roles come first, several answers differ, a seed repeats them", async () => {
  const { client } = await startToyServer();
  const ask = () =>
    client.chat.completions.create({
      model: "toy",
      messages: [{ role: "user", content: "Tell" }],
      max_completion_tokens: 8,
      n: 2,
      ...seeded,
      temperature: 1,
      logprobs: true,
      top_logprobs: 2,
    });
  const [first, second] = await Promise.all([ask(), ask()]);
  expect(first.choices.map(({ index }) => index)).toEqual([0, 1]);
  expect(first.choices[0]?.message.role).toBe("assistant");
  expect(first.choices[0]?.message.content).not.toBe(first.choices[1]?.message.content);
  expect(second.choices).toEqual(first.choices);
  expect(first.choices[0]?.logprobs?.content?.[0]?.top_logprobs).toHaveLength(2);
  const roles: (string | undefined)[] = [];
  const stream = await client.chat.completions.create({
    model: "toy",
    messages: [{ role: "user", content: "Tell" }],
    max_completion_tokens: 3,
    stream: true,
  });
  for await (const chunk of stream) roles.push(chunk.choices[0]?.delta.role);
  expect(roles[0]).toBe("assistant");
  expect(roles.slice(1).every((role) => role === undefined)).toBe(true);
});

test("a stop string ends the text before itself", async () => {
  const { client } = await startToyServer();
  const whole = await client.completions.create({ ...greedy, prompt: "Once" });
  const text = whole.choices[0]?.text ?? "";
  const stop = text.slice(3, 5);
  const stopped = await client.completions.create({ ...greedy, prompt: "Once", stop });
  expect(stopped.choices[0]).toMatchObject({
    text: text.slice(0, text.indexOf(stop)),
    finish_reason: "stop",
  });
});

test("several prompts, and prompts of ids", async () => {
  const { client } = await startToyServer();
  const batch = await client.completions.create({ ...greedy, prompt: ["Once", "Tell"], n: 2 });
  expect(batch.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  const ids = await client.completions.create({ ...greedy, prompt: [79, 110, 99, 101] });
  expect(ids.choices[0]?.text).toBe(batch.choices[0]?.text);
});

test("what is wrong with a request is said in OpenAI's form", async () => {
  const { client, url } = await startToyServer();
  const failure = async (body: Partial<Record<"temperature" | "model" | "prompt", unknown>>) => {
    const error = await client.post("/completions", { body: { ...greedy, prompt: "a", ...body } }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error instanceof APIError ? [error.status, error.param, error.code] : error;
  };
  expect(await failure({ temperature: 9 })).toEqual([400, "temperature", null]);
  expect(await failure({ model: "other" })).toEqual([404, "model", "model_not_found"]);
  expect(await failure({ prompt: "x".repeat(64) })).toEqual([400, "prompt", "HOST0001"]);
  expect(await failure({ prompt: [999] })).toEqual([400, "prompt", "HOST0003"]);
  expect(await failure({ prompt: "x".repeat(20_000) })).toEqual([413, null, null]);
  expect((await fetch(`${url}/v1/completions`, { method: "POST", body: "{" })).status).toBe(400);
  expect((await fetch(`${url}/nowhere`)).status).toBe(404);
});

test("the key guards /v1 alone", async () => {
  const { client, url } = await startToyServer({ apiKey: "secret" });
  expect((await client.models.list()).data[0]?.id).toBe("toy");
  expect((await fetch(`${url}/v1/models`)).status).toBe(401);
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "ok" });
});

test("a client that leaves frees its blocks", async () => {
  const { engine, url } = await startToyServer();
  const control = new AbortController();
  const body = JSON.stringify({ ...greedy, prompt: "Once", max_tokens: 50, stream: true });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${url}/v1/completions`, {
    method: "POST",
    headers,
    body,
    signal: control.signal,
  });
  await answer.body?.getReader().read();
  control.abort();
  while (!engine.isIdle) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(engine.load.freeBlocks).toBe(engine.load.blocks);
});

test("a device that fails answers its requests with an error, and the server goes on", async () => {
  const dead = defineDiagnostic("TEST0001", "error", () => ({ message: "dead" }));
  const device = toyDevice();
  let failures = 1;
  const step: Device["step"] = (rows) =>
    failures-- > 0 ? Promise.resolve(fail(dead(builtSpan("device"), {}))) : device.step(rows);
  const { client, engine } = await startToyServer({}, { ...device, step });
  await expect(client.completions.create({ ...greedy, prompt: "Once" })).rejects.toMatchObject({
    status: 500,
  });
  expect(engine.load.freeBlocks).toBe(engine.load.blocks);
  expect((await client.completions.create({ ...greedy, prompt: "Once" })).choices).toHaveLength(1);
});

test("a bug in a step ends the requests that are there, not the server", async () => {
  const device = toyDevice();
  let bugs = 1;
  const step: Device["step"] = (rows) => {
    if (bugs-- > 0) throw new Error("cannot happen");
    return device.step(rows);
  };
  const { client, engine } = await startToyServer({}, { ...device, step });
  await expect(client.completions.create({ ...greedy, prompt: "Once" })).rejects.toMatchObject({
    status: 500,
    code: "HOST0007",
  });
  expect(engine.load.freeBlocks).toBe(engine.load.blocks);
  expect((await client.completions.create({ ...greedy, prompt: "Once" })).choices).toHaveLength(1);
});

test("a client that leaves holds no block in the step after", async () => {
  const device = toyDevice();
  const gate: { open: () => void } = { open: () => undefined };
  let steps = 0;
  const step: Device["step"] = async (rows) => {
    if (++steps === 3)
      await new Promise<void>((resolve) => {
        gate.open = resolve;
      });
    return device.step(rows);
  };
  const { engine, url } = await startToyServer({}, { ...device, step });
  const control = new AbortController();
  const body = JSON.stringify({ ...greedy, prompt: "Once", max_tokens: 50, stream: true });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${url}/v1/completions`, {
    method: "POST",
    headers,
    body,
    signal: control.signal,
  });
  await answer.body?.getReader().read();
  while (steps < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(engine.load.freeBlocks).toBeLessThan(engine.load.blocks);
  control.abort();
  while (engine.load.freeBlocks < engine.load.blocks) await new Promise((resolve) => setTimeout(resolve, 1));
  gate.open(); // the step that ran while the client left
  while (!engine.isIdle) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(steps).toBe(3);
});

test("who would wait behind too many others is told to come again, and is answered then", async () => {
  const device = toyDevice();
  const gate: { open: () => void } = { open: () => undefined };
  const isOpen = new Promise<void>((resolve) => {
    gate.open = resolve;
  });
  const step: Device["step"] = async (rows) => {
    await isOpen;
    return device.step(rows);
  };
  const { client, engine } = await startToyServer({ waiting: 2 }, { ...device, step });
  const ask = () => client.completions.create({ ...greedy, prompt: "Once" });
  const running = [ask()];
  while (engine.load.running < 1) await new Promise((resolve) => setTimeout(resolve, 1));
  running.push(ask(), ask()); // wait for the next step
  while (engine.load.waiting < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  await expect(ask()).rejects.toMatchObject({ status: 429, type: "rate_limit_error" });
  gate.open();
  expect(await Promise.all(running)).toHaveLength(3);
  expect((await ask()).choices).toHaveLength(1);
});

test("a server that is about to end takes no request", async () => {
  const { client } = await startToyServer({}, toyDevice(), () => true);
  await expect(client.completions.create({ ...greedy, prompt: "Once" })).rejects.toMatchObject({
    status: 503,
  });
});

test("text and ids, and what is counted", async () => {
  const { client, url } = await startToyServer();
  const post = async (path: string, body: object): Promise<unknown> => {
    const headers = { "content-type": "application/json" };
    return (await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) })).json();
  };
  expect(await post("/tokenize", { prompt: "hé" })).toEqual({
    count: 3,
    max_model_len: 64,
    tokens: [104, 195, 169],
  });
  expect(await post("/detokenize", { tokens: [104, 195, 169] })).toEqual({ prompt: "hé" });
  await client.completions.create({ ...greedy, prompt: "Once" });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('vllm:generation_tokens_total{model_name="toy",engine="0"} 12');
  expect(metrics).toContain(
    'vllm:request_success_total{finished_reason="length",model_name="toy",engine="0"} 1',
  );
  const names = [
    ...["num_requests_running", "num_requests_waiting", "kv_cache_usage_perc", "prefix_cache_queries_total"],
    ...[
      "prefix_cache_hits_total",
      "num_preemptions_total",
      "prompt_tokens_total",
      "iteration_tokens_total_count",
    ],
    ...["request_prompt_tokens_count", "request_generation_tokens_count", "request_params_n_count"],
    ...["request_params_max_tokens_count", "time_to_first_token_seconds_count", "cache_config_info"],
    ...["inter_token_latency_seconds_count", "e2e_request_latency_seconds_count"],
    ...["request_queue_time_seconds_count", "request_inference_time_seconds_count"],
    ...["request_prefill_time_seconds_count", "request_decode_time_seconds_count"],
  ];
  for (const name of names) expect(metrics).toContain(`\nvllm:${name}{`);
  for (const name of ["rows_per_step_count", "steps_total"]) expect(metrics).toContain(`\nhidalgo:${name}{`);
});
