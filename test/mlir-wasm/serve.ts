import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";

const root = join(import.meta.dirname, "../..");

const PAGE = `<!doctype html><title>MLIR</title><script type="module">
  const send = (report) => fetch("/report", { method: "POST", body: JSON.stringify(report) });
  try {
    const { Engine } = await import("/ir/mlir-wasm/index.ts");
    const { runPage } = await import("/test/mlir-wasm/page.ts");
    await send(runPage(await Engine.from(await fetch("/mlir.wasm"))));
  } catch (error) {
    await send({ failed: String(error?.stack ?? error) });
  }
</script>`;

/** A page that runs the engine; it ends when the page has reported, or when it is closed. */
export interface ServedPage {
  readonly url: string;
  readonly report: Promise<unknown>;
  close(): void;
}

/** The repository's own sources, without their types, and the decompressed module. */
function answer(path: string, response: ServerResponse): void {
  const send = (type: string, body: string | Buffer): void => {
    response.writeHead(200, { "content-type": type }).end(body);
  };
  if (path === "/") send("text/html", PAGE);
  else if (path === "/mlir.wasm") {
    const packed = readFileSync(join(root, "ir/mlir-wasm/mlir.wasm.br"));
    response.writeHead(200, { "content-type": "application/wasm", "content-encoding": "br" }).end(packed);
  } else if (/^\/(?:ir|test)\/.*\.ts$/u.test(path)) {
    const source = readFileSync(join(root, normalize(path)), "utf8");
    send("text/javascript", stripTypeScriptTypes(source));
  } else response.writeHead(404).end();
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
}

/** Serves the page on a free port of this machine. */
export async function servePage(): Promise<ServedPage> {
  const { promise: report, resolve, reject } = Promise.withResolvers<unknown>();
  const server = createServer((request, response) => {
    const { url: path = "/" } = request;
    if (path === "/report") {
      response.end();
      bodyOf(request).then(resolve, reject);
    } else answer(path, response);
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}/`,
    report,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
