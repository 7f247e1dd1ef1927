import type { Writable } from "node:stream";
import type { ErrorObject } from "./failure.ts";
import type { ResultObject } from "./result-object.ts";

/** Where a verb speaks: people read stderr, programs read NDJSON on stdout. */
export interface Output {
  /** True on a terminal: a progress display may redraw its line. */
  readonly live: boolean;
  /** Writes text for a person as it stands, for streaming. */
  write(text: string): void;
  /** Writes generated text as it comes: to stdout, where it can be piped; with `--json` to stderr. */
  text(text: string): void;
  /** Writes one line for a person. */
  line(text: string): void;
  /** Writes what was itself asked for, help or version: the one text that goes to stdout. */
  help(text: string): void;
  /** Writes one intermediate object for a program; nothing without `--json`. */
  event(event: { readonly event: string } & Readonly<Record<string, unknown>>): void;
  /** Writes the last object for a program; nothing without `--json`. */
  result(object: ResultObject | ErrorObject): void;
}

/** The process's two streams, or any pair like them. */
export interface Streams {
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

/** The output of one invocation. */
export function makeOutput(streams: Streams, format: "text" | "json"): Output {
  const emit = (object: object): void => {
    if (format === "json") streams.stdout.write(`${JSON.stringify(object)}\n`);
  };
  return {
    live: streams.stderr.isTTY === true,
    write: (text) => streams.stderr.write(text),
    text: (text) => (format === "json" ? streams.stderr : streams.stdout).write(text),
    line: (text) => streams.stderr.write(`${text}\n`),
    help: (text) => streams.stdout.write(text),
    event: emit,
    result: emit,
  };
}
