import { runCommandLine } from "./run-command-line.ts";
import { verbs } from "./verbs.ts";

const GRACE_MS = 2000;

const interrupt = new AbortController();
process.on("SIGTERM", () => {
  interrupt.abort();
});
process.once("SIGINT", () => {
  interrupt.abort();
  process.once("SIGINT", () => process.exit(130)); // a second Ctrl-C does not wait
});
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0); // the reader has seen enough, as in `| head`
  throw error;
});

process.exitCode = await runCommandLine({
  args: process.argv.slice(2),
  verbs,
  streams: process,
  signal: interrupt.signal,
  graceMs: GRACE_MS,
});
if (interrupt.signal.aborted) process.exit(); // whatever still runs had its time
