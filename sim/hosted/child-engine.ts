import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { builtSpan, type Diagnostic } from "../../ir/index.ts";
import { simulationDied, simulationHung } from "../diagnostics.ts";
import { SimulationError } from "../simulator.ts";
import { atProcessEnd } from "./process-end.ts";

/** What a simulation says: the answer to the oldest open request, how far it is, or text for people. */
export type EngineMessage =
  | { readonly kind: "answer"; readonly data: Buffer }
  | { readonly kind: "progress"; readonly cycle: number }
  | { readonly kind: "text"; readonly text: string };

/** How a simulation process is started and understood. */
export interface ChildOptions {
  readonly engine: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Turns bytes into messages; called with every piece that arrives. */
  readonly decode: (chunk: Buffer) => readonly EngineMessage[];
  /** Longest silence, in seconds, while a request is open. */
  readonly timeoutSeconds: number;
}

/** Says what a command does and with which inputs; asked only when something went wrong. */
export type Activity = () => string;

interface Request {
  readonly what: Activity;
  readonly resolve: (data: Buffer) => void;
  readonly reject: (error: Error) => void;
}

const KEPT_TEXT = 2000;

/** A simulation in a process of its own: whatever happens to it becomes a diagnostic here. */
export class ChildEngine {
  readonly #options: ChildOptions;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #open: Request[] = [];
  #text = "";
  #cycle = 0;
  #runStart = 0;
  #last: Activity = () => "start";
  #dead: Diagnostic | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closing = false;
  readonly #gone: Promise<void>;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#child = spawn(options.command, options.args, {
      stdio: ["pipe", "pipe", "pipe"],
      detached: true, // in a group of its own: a terminal's Ctrl-C is this process's to understand
    });
    this.#child.stdout.on("data", (chunk: Buffer) => {
      this.#receive(chunk);
    });
    this.#child.stderr.on("data", (chunk: Buffer) => {
      this.#note(chunk.toString("utf8"));
    });
    this.#child.stdin.on("error", () => undefined); // the exit says more
    const forget = atProcessEnd(() => {
      this.#child.kill("SIGKILL");
    });
    this.#gone = new Promise((resolve) => {
      this.#child.on("error", (error) => {
        this.#die(error.message);
        forget();
        resolve();
      });
      this.#child.on("close", (code, signal) => {
        this.#die(signal ?? `exit code ${String(code)}`);
        forget();
        resolve();
      });
    });
  }

  /** Cycles known to be done. */
  get cycle(): number {
    return this.#cycle;
  }

  /** A run of `cycles` has ended. */
  advance(cycles: number): void {
    this.#runStart += cycles;
    this.#cycle = this.#runStart;
  }

  /** Sends a command that has no answer. */
  send(command: Buffer, what: Activity): void {
    this.#last = what;
    if (this.#dead === undefined) this.#child.stdin.write(command);
  }

  /** Sends a command and waits for its answer. */
  ask(command: Buffer, what: Activity): Promise<Buffer> {
    if (this.#dead !== undefined) return Promise.reject(new SimulationError(this.#dead));
    return new Promise((resolve, reject) => {
      this.#open.push({ what, resolve, reject });
      this.#last = what;
      this.#child.stdin.write(command);
      this.#watch();
    });
  }

  /** Asks the process to end; after a moment it is made to. */
  async close(command: Buffer): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    if (this.#dead === undefined) this.#child.stdin.end(command);
    const force = setTimeout(() => {
      this.#child.kill("SIGKILL");
    }, 2000);
    await this.#gone;
    clearTimeout(force);
  }

  #activity(): string {
    return (this.#open[0]?.what ?? this.#last)();
  }

  #decode(chunk: Buffer): readonly EngineMessage[] {
    try {
      return this.#options.decode(chunk);
    } catch {
      this.#die("garbled output");
      this.#child.kill("SIGKILL");
      return [];
    }
  }

  #receive(chunk: Buffer): void {
    for (const message of this.#decode(chunk)) {
      if (message.kind === "answer") this.#open.shift()?.resolve(message.data);
      else if (message.kind === "progress") this.#cycle = this.#runStart + message.cycle;
      else this.#note(message.text);
    }
    this.#watch();
  }

  #note(text: string): void {
    this.#text = (this.#text + text).slice(-KEPT_TEXT);
  }

  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#open.length === 0 || this.#closing) return;
    this.#timer = setTimeout(() => {
      const { engine, timeoutSeconds } = this.#options;
      this.#fail(
        simulationHung(builtSpan(engine), {
          engine,
          seconds: timeoutSeconds,
          cycle: this.#cycle,
          last: this.#activity(),
        }),
      );
      this.#child.kill("SIGKILL");
    }, this.#options.timeoutSeconds * 1000);
  }

  #die(how: string): void {
    clearTimeout(this.#timer);
    if (this.#dead !== undefined) return;
    const { engine } = this.#options;
    this.#fail(
      simulationDied(builtSpan(engine), {
        engine,
        how,
        cycle: this.#cycle,
        last: this.#activity(),
        output: this.#text.trim(),
      }),
    );
  }

  #fail(diagnostic: Diagnostic): void {
    this.#dead = diagnostic;
    for (const request of this.#open.splice(0)) request.reject(new SimulationError(diagnostic));
  }
}
