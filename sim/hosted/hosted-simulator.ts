import { builtSpan, CompilerBug } from "../../ir/index.ts";
import { unknownOutput } from "../diagnostics.ts";
import {
  type RunResult,
  SimulationError,
  type WatchedRun,
  type WatchedStream,
  type WatchingSimulator,
} from "../simulator.ts";
import type { ChildEngine, EngineMessage } from "./child-engine.ts";
import type { HostedDesign } from "./hosted-design.ts";

/** The value of an output, or its bits with `x` and `z` where they are not known. */
type Peeked =
  | { readonly kind: "known"; readonly value: bigint }
  | { readonly kind: "unknown"; readonly bits: string };

/** The commands of one engine as bytes. Ports and memories are numbered over all designs of the process. */
export interface Protocol {
  readonly decode: (chunk: Buffer) => readonly EngineMessage[];
  poke(port: number, width: number, value: bigint): Buffer;
  peek(port: number): Buffer;
  readPeek(answer: Buffer): Peeked;
  run(design: number, cycles: number, until: number | undefined): Buffer;
  readRun(answer: Buffer): RunResult;
  /** As `run`; ports are numbered as elsewhere. */
  runWatching(
    run: { readonly design: number; readonly cycles: number; readonly until: number | undefined },
    streams: readonly WatchedPorts[],
  ): Buffer;
  /** `bytes` of the elements of each stream. */
  readWatching(answer: Buffer, bytes: readonly number[]): WatchedRun;
  writeWords(memory: number, first: number, words: readonly bigint[], bytesPerWord: number): Buffer;
  readWords(memory: number, first: number, count: number, bytesPerWord: number): Buffer;
  /** Little-endian words of whole bytes. */
  readBytes(answer: Buffer, bytesPerWord: number): Buffer;
  quit(): Buffer;
}

/** The numbers of the two outputs of a stream. */
interface WatchedPorts {
  readonly valid: number;
  readonly data: number | undefined;
}

/** Where the ports and memories of a design stand among those of all designs of the process. */
export interface Numbering {
  readonly design: number;
  readonly firstInput: number;
  readonly firstOutput: number;
  readonly firstMemory: number;
}

/** Numbers the designs of one process. */
export function numberDesigns(designs: readonly HostedDesign[]): readonly Numbering[] {
  const numbers: Numbering[] = [];
  let next = { design: 0, firstInput: 0, firstOutput: 0, firstMemory: 0 };
  for (const { inputs, outputs, memories } of designs) {
    numbers.push(next);
    next = {
      design: next.design + 1,
      firstInput: next.firstInput + inputs.length,
      firstOutput: next.firstOutput + outputs.length,
      firstMemory: next.firstMemory + memories.length,
    };
  }
  return numbers;
}

/** A process that several simulators share; it ends with the last of them. */
export class SharedEngine {
  readonly child: ChildEngine;
  readonly protocol: Protocol;
  readonly #cleanUp: () => Promise<void>;
  #users: number;

  constructor(child: ChildEngine, protocol: Protocol, users: number, cleanUp: () => Promise<void>) {
    this.child = child;
    this.protocol = protocol;
    this.#users = users;
    this.#cleanUp = cleanUp;
  }

  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    await this.child.close(this.protocol.quit());
    await this.#cleanUp();
  }
}

/** Inputs that a diagnostic tells. */
const KEPT_INPUTS = 12;

/** Words of a memory that go to the engine in one command: an image may have millions. */
const WORDS_PER_WRITE = 1 << 14;

/** One design inside a simulation process. */
export class HostedSimulator implements WatchingSimulator {
  readonly #engine: SharedEngine;
  readonly #design: HostedDesign;
  readonly #numbering: Numbering;
  readonly #inputs = new Map<string, bigint>();
  #closed = false;
  #cycle = 0;

  constructor(engine: SharedEngine, design: HostedDesign, numbering: Numbering) {
    this.#engine = engine;
    this.#design = design;
    this.#numbering = numbering;
  }

  poke(input: string, value: bigint): void {
    const { index, width } = find(this.#design.inputs, input, "input");
    const command = this.#engine.protocol.poke(
      this.#numbering.firstInput + index,
      width,
      BigInt.asUintN(width, value),
    );
    this.#inputs.set(input, value);
    this.#engine.child.send(command, () => `poke of ${input}`);
  }

  async peek(output: string): Promise<bigint> {
    const { protocol, child } = this.#engine;
    const { index } = find(this.#design.outputs, output, "output");
    const peeked = protocol.readPeek(
      await child.ask(
        protocol.peek(this.#numbering.firstOutput + index),
        this.#activity(`peek of ${output}`),
      ),
    );
    if (peeked.kind === "known") return peeked.value;
    throw new SimulationError(
      unknownOutput(builtSpan(this.#design.top), { output, bits: peeked.bits, cycle: this.#cycle }),
    );
  }

  async run(cycles: number, until?: string): Promise<RunResult> {
    const { protocol, child } = this.#engine;
    const port = until === undefined ? undefined : this.#outputNumber(until);
    const result = protocol.readRun(
      await child.ask(
        protocol.run(this.#numbering.design, cycles, port),
        this.#activity(`run of ${String(cycles)} cycles`),
      ),
    );
    child.advance(result.cycles);
    this.#cycle += result.cycles;
    return result;
  }

  async runWatching(
    cycles: number,
    until: string | undefined,
    streams: readonly WatchedStream[],
  ): Promise<WatchedRun> {
    const { protocol, child } = this.#engine;
    const { outputs } = this.#design;
    const ports = streams.map(({ valid, data }) => ({
      valid: this.#outputNumber(valid),
      data: data === undefined ? undefined : this.#outputNumber(data),
    }));
    const bytes = streams.map(({ data }) =>
      data === undefined ? 0 : Math.ceil(find(outputs, data, "output").width / 8),
    );
    const { design } = this.#numbering;
    const command = protocol.runWatching(
      { design, cycles, until: until === undefined ? undefined : this.#outputNumber(until) },
      ports,
    );
    const answer = await child.ask(command, this.#activity(`watched run of ${String(cycles)} cycles`));
    const result = protocol.readWatching(answer, bytes);
    child.advance(result.cycles);
    this.#cycle += result.cycles;
    return result;
  }

  #outputNumber(name: string): number {
    return this.#numbering.firstOutput + find(this.#design.outputs, name, "output").index;
  }

  async writeMemory(path: string, address: number, bytes: Uint8Array): Promise<void> {
    const { protocol, child } = this.#engine;
    const { index, first, count, wordBytes } = this.#words(path, address, bytes.length);
    const whole =
      address % wordBytes === 0 && bytes.length % wordBytes === 0
        ? Buffer.from(bytes)
        : await this.#merged(path, address, bytes);
    const mask = (1n << BigInt(this.#width(path))) - 1n;
    for (let from = 0; from < count; from += WORDS_PER_WRITE) {
      const words = Array.from({ length: Math.min(WORDS_PER_WRITE, count - from) }, (_, index) => {
        const place = (from + index) * wordBytes;
        return littleEndian(whole.subarray(place, place + wordBytes)) & mask;
      });
      const command = protocol.writeWords(index, first + from, words, wordBytes);
      child.send(command, this.#activity(`write of memory ${path}`));
    }
  }

  async #merged(path: string, address: number, bytes: Uint8Array): Promise<Buffer> {
    const { first, count, wordBytes } = this.#words(path, address, bytes.length);
    const old = Buffer.from(await this.readMemory(path, first * wordBytes, count * wordBytes));
    old.set(bytes, address - first * wordBytes);
    return old;
  }

  async readMemory(path: string, address: number, length: number): Promise<Uint8Array> {
    const { protocol, child } = this.#engine;
    const { index, first, count, wordBytes } = this.#words(path, address, length);
    const bytes = protocol.readBytes(
      await child.ask(
        protocol.readWords(index, first, count, wordBytes),
        this.#activity(`read of memory ${path}`),
      ),
      wordBytes,
    );
    return new Uint8Array(bytes.subarray(address - first * wordBytes, address - first * wordBytes + length));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#engine.release();
  }

  #activity(what: string): () => string {
    return () => {
      const inputs = [...this.#inputs]
        .slice(0, KEPT_INPUTS)
        .map(([name, value]) => `${name} = 0x${value.toString(16)}`);
      return inputs.length === 0 ? what : `${what} with ${inputs.join(", ")}`;
    };
  }

  #width(path: string): number {
    return this.#design.memories.find((memory) => memory.path === path)?.width ?? 1;
  }

  #words(
    path: string,
    address: number,
    length: number,
  ): { readonly index: number; readonly first: number; readonly count: number; readonly wordBytes: number } {
    const index = this.#design.memories.findIndex((memory) => memory.path === path);
    const memory = this.#design.memories[index];
    if (memory === undefined)
      throw new CompilerBug(
        `there is no memory ${path}; there are ${this.#design.memories.map((known) => known.path).join(", ")}`,
      );
    const wordBytes = Math.ceil(memory.width / 8);
    if (address < 0 || address + length > wordBytes * memory.depth)
      throw new CompilerBug(`bytes ${String(address)}+${String(length)} are outside memory ${path}`);
    const first = Math.floor(address / wordBytes);
    return {
      index: this.#numbering.firstMemory + index,
      first,
      count: Math.ceil((address + length) / wordBytes) - first,
      wordBytes,
    };
  }
}

function find(
  ports: HostedDesign["inputs"],
  name: string,
  kind: string,
): { readonly index: number; readonly width: number } {
  const index = ports.findIndex((port) => port.name === name);
  const port = ports[index];
  if (port === undefined) throw new CompilerBug(`there is no ${kind} ${name}`);
  return { index, width: port.width };
}

/** The number that little-endian bytes stand for. */
export function littleEndian(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

/** `count` little-endian bytes of a number. */
export function toLittleEndian(value: bigint, count: number): Buffer {
  return Buffer.from(value.toString(16).padStart(count * 2, "0"), "hex").reverse();
}
