import { CompilerBug, type MemoryParameters } from "../../ir/index.ts";
import { encodeStep, type Row } from "../accelerator/index.ts";
import { isRead } from "../network/network-module.ts";
import { elementBits, NetworkReplay, type WaitObserver } from "../replay/index.ts";
import type { Link } from "../replay/link.ts";
import { outsideStream } from "./outside-stream.ts";
import type { EstimatedDesign } from "./step-estimator.ts";

/** A command of the array (one matrix, for all rows of a step), in cycles from the start of the step. */
export interface ArrayCommand {
  /** The array takes the command: the one before has had its last beat. */
  readonly taken: number;
  readonly firstBeat: number;
  readonly lastBeat: number;
  /** Cycles in which the array had a beat before it whose weights were not there. */
  readonly starved: number;
  /** Beats of each memory engine since the start of the step, when the command was taken. */
  readonly traffic: ReadonlyMap<string, number>;
}

/** How far a step is replayed. */
interface Beginning {
  readonly memory: MemoryParameters;
  readonly count: number;
  /** The cycle since reset of the start pulse (default: 0), as far as the refresh of DRAM asks. */
  readonly start?: number | undefined;
}

/**
 * The first `count` commands of the array in a step of a machine whose memory is idle, by replay; what comes behind them in the
 * step is not replayed. Fewer where the step has fewer.
 */
export function firstArrayCommands(
  { plan, network, layout }: EstimatedDesign,
  rows: readonly Row[],
  { memory, count, start: pulse = 0 }: Beginning,
): readonly ArrayCommand[] {
  const image = new Uint8Array(layout.bytes);
  const fromMemory = new Set(
    network.bursts.flatMap(({ kind, data }) => (kind === "read" ? [network.streams.get(data)?.name] : [])),
  );
  const begin = memory.kind === "banked" ? pulse % memory.trefi : 0;
  const watch = new CommandWatch(begin, (name) => fromMemory.has(name));
  const replay = new NetworkReplay(network, {
    memories: [{ parameters: memory, image }],
    watch: { kernel: "matmul", observer: watch },
  });
  watch.traffic = () => new Map(replay.traffic.map(({ name, beats }) => [name, beats]));
  const start = outsideStream(network, "start");
  for (const stream of network.outside)
    if (network.streams.has(stream) && !isRead(network, stream)) replay.drain(stream);
  replay.runTo(begin);
  replay.link(start).push(begin, 0, elementBits(start, encodeStep(plan, layout, rows, image)));
  replay.runUntil(() => watch.commands.length >= count);
  if (watch.commands.length === 0) throw new CompilerBug(`the array of ${network.name} has nothing to do`);
  return watch.commands.slice(0, count);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Notes the beats of each command. */
class CommandWatch implements WaitObserver {
  readonly commands: Mutable<ArrayCommand>[] = [];
  /** What the memory engines have moved by now. */
  traffic: () => ArrayCommand["traffic"] = () => new Map();
  readonly #begin: number;
  readonly #isMemory: (queue: string) => boolean;
  #counted = 0;

  constructor(begin: number, isMemory: (queue: string) => boolean) {
    this.#begin = begin;
    this.#isMemory = isMemory;
  }

  command(cycle: number): void {
    const taken = cycle - this.#begin;
    this.commands.push({ taken, firstBeat: taken, lastBeat: taken, starved: 0, traffic: this.traffic() });
  }

  issue(cycle: number): void {
    const command = this.commands.at(-1);
    if (command === undefined) return;
    const beat = cycle - this.#begin;
    if (command.lastBeat === command.taken) command.firstBeat = beat;
    command.lastBeat = beat;
  }

  lacksElement({ name }: Link, from: number, to: number): void {
    const command = this.commands.at(-1);
    if (command === undefined || !this.#isMemory(name)) return;
    command.starved += Math.max(0, to - Math.max(from, this.#counted));
    this.#counted = Math.max(this.#counted, to);
  }

  lacksRoom(): void {
    // of no interest here: what waits for room does not wait for memory
  }
}
