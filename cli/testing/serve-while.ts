import { hidalgoWith } from "./run-in-process.ts";

/** Runs `hidalgo serve` with these arguments at a free port, does something with the address, presses Ctrl-C; returns what people read. */
export async function serveWhile(
  args: readonly string[],
  use: (url: string) => Promise<void>,
): Promise<string> {
  const interrupt = new AbortController();
  let used: Promise<void> | undefined;
  const ended = await hidalgoWith(
    interrupt,
    (text) => {
      const url = /"event":"ready","url":"([^"]+)"/u.exec(text)?.[1];
      if (url !== undefined)
        used ??= use(url).finally(() => {
          interrupt.abort();
        });
    },
    ["serve", ...args, "--port", "0", "--json"],
  );
  if (used === undefined) throw new Error(ended.stderr);
  await used;
  return ended.stderr;
}
