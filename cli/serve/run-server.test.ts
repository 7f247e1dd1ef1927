import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { fable } from "../testing/model-folders.ts";
import { serveDefaults } from "../testing/serve-defaults.ts";
import { openServed } from "./open-served.ts";
import { runServer } from "./run-server.ts";

/** A connection over which bytes were sent and nothing is ever read. */
async function silentClient(port: number, bytes: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.pause();
  socket.write(bytes);
  return socket;
}

test("a server ends though clients neither read, nor finish what they say, nor leave", async () => {
  const opened = await openServed(fable, { ...serveDefaults, engine: "reference", rows: 4 }, {});
  if (opened.kind === "error") throw new Error("the bundled model is served");
  const interrupt = new AbortController();
  const settings = {
    host: "127.0.0.1",
    port: 0,
    limits: { bodyBytes: 10_000, waiting: 8, apiKey: undefined },
    scheduling: {},
    keepsPrefixes: false,
    version: "test",
  };
  let ended: ReturnType<typeof runServer> | undefined;
  const url = await new Promise<string>((onReady) => {
    ended = runServer(opened.value, settings, { signal: interrupt.signal, onReady });
  });
  const port = Number(new URL(url).port);
  const body = JSON.stringify({ model: "fable", prompt: "Once", n: 2, max_tokens: 400, stream: true });
  const head =
    "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ";
  const clients = [
    await silentClient(port, "POST /v1/comp"),
    await silentClient(port, `${head}100\r\n\r\n{`),
    await silentClient(port, `${head}${String(body.length)}\r\n\r\n${body}`),
  ];
  await new Promise((resolve) => setTimeout(resolve, 50));
  const begin = performance.now();
  interrupt.abort();
  expect(await ended).toMatchObject({ kind: "ok", value: { url } });
  expect(performance.now() - begin).toBeLessThan(20_000); // node itself waits a minute for the rest of a request
  for (const client of clients) client.destroy();
}, 60_000);
