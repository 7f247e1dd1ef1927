import { once } from "node:events";
import { connect } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { builtSpan, defineDiagnostic, fail } from "../../ir/index.ts";
import { startToyServer, type ToyServer, toyDevice } from "../testing/toy-server.ts";

const sound = { model: "toy", prompt: "Once", max_tokens: 3 };
const json = { "content-type": "application/json" };

/** Status and the message of the error, which has OpenAI's form. */
async function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  { path = "/v1/completions", headers = json }: { path?: string; headers?: Record<string, string> } = {},
): Promise<readonly [number, string?, string?]> {
  const answer = await fetch(url + path, { method: "POST", headers, body });
  const text = await answer.text();
  if (answer.status === 200) return [200];
  const { error } = JSON.parse(text) as { error: Record<"message" | "type" | "code", string> }; // the test fails where it is not
  expect(typeof error.type).toBe("string");
  return [answer.status, error.message, error.code];
}

/** What a server says to bytes on a socket, which is closed then. */
async function raw({ port }: ToyServer, bytes: string | Uint8Array): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let said = "";
  socket.on("data", (data: Buffer) => {
    said += data.toString("latin1");
    if (said.includes("\r\n\r\n")) socket.end();
  });
  socket.write(bytes);
  await once(socket, "close");
  return said;
}

async function expectIntact({ client, engine }: ToyServer): Promise<void> {
  while (!engine.isIdle) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(engine.load.freeBlocks).toBe(engine.load.blocks);
  expect((await client.completions.create(sound)).choices).toHaveLength(1);
}

const FIELDS = [
  ..."model prompt messages max_tokens temperature top_p top_k min_p n seed stop stop_token_ids ignore_eos".split(
    " ",
  ),
  ..."min_tokens presence_penalty frequency_penalty stream repetition_penalty logit_bias stream_options".split(
    " ",
  ),
  ..."priority cache_salt user logprobs top_logprobs echo suffix best_of response_format tools".split(" "),
  ..."max_completion_tokens extra".split(" "),
];

const numbers = fc.constantFrom(0, -1, 1, 2, 1e308, -1e308, 5e-324, 2 ** 53, 2 ** 31, 0.5, 1e21);
const value = fc.oneof(
  numbers,
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    null,
    true,
    false,
    [],
    {},
    [[]],
    [null],
    "",
    "\ud800",
    "auto",
    { "0": 100 },
    { "999": -100 },
  ),
  fc.jsonValue({ maxDepth: 3 }),
);
const damage = fc.array(fc.tuple(fc.constantFrom(...FIELDS), value), { minLength: 1, maxLength: 4 });

test("whatever fields a request has, it is answered or refused, and nothing is lost", async () => {
  const server = await startToyServer();
  const messages = [{ role: "user", content: "Once" }];
  const property = fc.asyncProperty(damage, fc.boolean(), async (fields, isChat) => {
    const body = { ...sound, ...(isChat ? { messages } : {}), ...Object.fromEntries(fields) };
    const path = isChat ? "/v1/chat/completions" : "/v1/completions";
    const [status] = await post(server.url, JSON.stringify(body), { path });
    expect([200, 400, 404]).toContain(status);
  });
  await fc.assert(property, { seed: 8, numRuns: 200 });
  await expectIntact(server);
}, 60_000);

test("bodies that are no requests", async () => {
  const server = await startToyServer({ bodyBytes: 2 ** 22 });
  const { url } = server;
  const bodies: readonly (readonly [string | Uint8Array<ArrayBuffer>, number])[] = [
    ["", 400],
    ["null", 400],
    ["7", 400],
    ['{"model": "toy", "prompt": "a", "temperature": NaN}', 400],
    ['{"model": "toy", "prompt": "a", "temperature": 1e999}', 400],
    ['{"model": "toy", "prompt": "a", "__proto__": {"max_tokens": 1}}', 400],
    [`{"model": "toy", "prompt": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`, 400],
    [`{"model": "toy", "prompt": "a", "x": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`, 400],
    [JSON.stringify({ ...sound, prompt: "x".repeat(10 * 2 ** 20) }), 413],
    [JSON.stringify({ ...sound, model: "x".repeat(2 ** 20) }), 400],
    [JSON.stringify({ ...sound, prompt: Array.from({ length: 2 ** 20 }, () => -1) }), 400],
    [JSON.stringify({ ...sound, prompt: Array.from({ length: 2 ** 20 }, () => 1) }), 400],
    [JSON.stringify({ ...sound, prompt: Array.from({ length: 2 ** 17 }, () => "a") }), 400],
    [JSON.stringify({ ...sound, n: 64 }), 400],
    [JSON.stringify({ ...sound, stop_token_ids: Array.from({ length: 2 ** 17 }, () => "a") }), 400],
    [
      Uint8Array.from([
        ...Buffer.from('{"model": "toy", "prompt": "\xff\xc3\x28", "max_tokens": 2}', "latin1"),
      ]),
      200,
    ],
  ];
  for (const [body, expected] of bodies) {
    const [status, message = ""] = await post(url, body);
    expect([body.slice(0, 60), status]).toEqual([body.slice(0, 60), expected]);
    expect(message.length).toBeLessThan(1000);
  }
  expect((await post(url, "{}", { headers: { "content-type": "text/plain" } }))[0]).toBe(400);
  expect((await post(url, "{}", { headers: { "content-type": "image/png" } }))[0]).toBe(415);
  const long = "x".repeat(300 * 64);
  expect(await post(url, JSON.stringify({ ...sound, prompt: long }))).toEqual([
    400,
    "the prompt has 19200 characters, too many for 64 positions; shorten the prompt, or compile with a larger --max-context",
    "HOST0008",
  ]);
  const [status] = await post(url, JSON.stringify({ prompt: long }), { path: "/tokenize" });
  expect(status).toBe(400);
  await expectIntact(server);
}, 60_000);

test.each([
  "GET /v1/models",
  "GET /%76%31/models",
  "GET http://elsewhere/v1/models",
  "GET /v1/models/toy",
  "GET /v1/models?x=/health",
  "HEAD /v1/models",
])("without the key, %s gives nothing away", async (line) => {
  const server = await startToyServer({ apiKey: "secret" });
  const said = await raw(server, `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  expect(said).toMatch(/^HTTP\/1\.1 40[14] /u);
  expect(said).not.toContain("owned_by");
});

test("a client that is gone when its request has been read leaves nothing behind", async () => {
  const server = await startToyServer();
  const body = JSON.stringify({ ...sound, max_tokens: 50, ignore_eos: true });
  const head = `POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n`;
  for (let n = 0; n < 20; n++) {
    const socket = connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(head + body);
    if (n % 2 === 0) await new Promise((resolve) => setTimeout(resolve, n));
    socket.destroy();
  }
  await expectIntact(server);
});

test("a server whose accelerators are all gone says so", async () => {
  const gone = defineDiagnostic("TEST0003", "error", () => ({ message: "gone" }));
  const broken = () => Promise.resolve(fail(gone(builtSpan("device"), {})));
  const { url } = await startToyServer({}, { ...toyDevice(), step: broken, recover: broken });
  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect((await post(url, JSON.stringify(sound)))[0]).toBe(500);
  expect((await post(url, JSON.stringify(sound)))[0]).toBe(503);
  expect((await fetch(`${url}/health`)).status).toBe(503);
});
