import { closeSync, openSync, writeSync } from "node:fs";

/** A signal in the header of a waveform; signals of one `code` always have the same value. */
export interface VcdSignal {
  readonly scope: readonly string[];
  readonly name: string;
  readonly width: number;
  readonly code: number;
}

/** Text that is gathered before it is written. */
const BUFFERED = 1 << 20;

/** Printable characters that identifiers are made of. */
const FIRST_CODE = 33;
const CODES = 94;

/** The identifier of a code. */
function identifier(code: number): string {
  let text = "";
  for (let rest = code; ; rest = Math.floor(rest / CODES) - 1) {
    text = String.fromCharCode(FIRST_CODE + (rest % CODES)) + text;
    if (rest < CODES) return text;
  }
}

/** Writes a value change dump (IEEE 1364-2005, clause 18). What the system refuses is thrown as it comes. */
export class VcdWriter {
  readonly #file: number;
  #text: string[] = [];
  #length = 0;

  /** Opens the file and writes the header. */
  constructor(path: string, top: string, signals: readonly VcdSignal[]) {
    this.#file = openSync(path, "w");
    this.#add("$version Hidalgo embedded simulator $end\n$timescale 1ns $end\n");
    this.#header(top, signals);
  }

  time(time: number): void {
    this.#add(`#${String(time)}\n`);
  }

  /** `bits` are binary digits, the highest first. */
  change(code: number, bits: string): void {
    this.#add(bits.length === 1 ? `${bits}${identifier(code)}\n` : `b${bits} ${identifier(code)}\n`);
  }

  flush(): void {
    const text = this.#text.join("");
    this.#text = [];
    this.#length = 0;
    if (text !== "") writeSync(this.#file, text);
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }

  #add(text: string): void {
    this.#text.push(text);
    this.#length += text.length;
    if (this.#length > BUFFERED) this.flush();
  }

  /** Scopes in the order of their paths; one is open at a time together with those around it. */
  #header(top: string, signals: readonly VcdSignal[]): void {
    const byScope = new Map<string, VcdSignal[]>();
    for (const signal of signals) {
      const key = signal.scope.join(".");
      const list = byScope.get(key) ?? [];
      list.push(signal);
      byScope.set(key, list);
    }
    let open: readonly string[] = [];
    const move = (to: readonly string[]): void => {
      let same = 0;
      while (same < open.length && open[same] === to[same]) same++;
      for (let i = open.length; i > same; i--) this.#add("$upscope $end\n");
      for (const name of to.slice(same)) this.#add(`$scope module ${name} $end\n`);
      open = to;
    };
    for (const [key, list] of [...byScope].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      move(key === "" ? [top] : [top, ...key.split(".")]);
      for (const { name, width, code } of list) {
        const range = width === 1 ? "" : ` [${String(width - 1)}:0]`;
        this.#add(`$var wire ${String(width)} ${identifier(code)} ${name}${range} $end\n`);
      }
    }
    move([]);
    this.#add("$enddefinitions $end\n");
  }
}
