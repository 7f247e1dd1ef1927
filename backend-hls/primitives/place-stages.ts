import { at, type BitGraph, type BitNode } from "../../ir/index.ts";
import type { LutDelays } from "../library/lut-delays.ts";
import { type Bit, LutNetwork, type Signal } from "./lut-network.ts";
import { type Word, wordArrivals } from "./word-arrivals.ts";

/** What a node with registers inside needs: a multiplier block. */
export interface BlockTiming {
  readonly latencyCycles: number;
  readonly inputDelayPs: number;
  readonly outputDelayPs: number;
}

export interface StageRules {
  readonly delays: LutDelays;
  /** What the chain between two registers may take. */
  readonly usablePs: number;
  /** The same for a chain that ends in a block: its delay is known, not estimated. */
  readonly blockUsablePs: number;
  readonly blockOf: (node: BitNode) => BlockTiming | undefined;
}

/** The cycle in which each node starts; a block's result comes its latency later. */
export interface StagePlan {
  readonly start: readonly number[];
  readonly ready: readonly number[];
  /** Longest chain from the operands in cycle 0, and up to the result in its last cycle. */
  readonly firstPs: number;
  readonly lastPs: number;
}

/** Places every node as early as the bits it needs allow: in the cycle of its latest operand when the chain still fits, else one later. */
export function placeStages(graph: BitGraph, rules: StageRules): StagePlan {
  const placer = new Placer(graph, rules);
  graph.nodes.forEach((_, index) => {
    placer.place(index);
  });
  return placer.finish();
}

class Placer {
  readonly #graph: BitGraph;
  readonly #rules: StageRules;
  readonly #net: LutNetwork;
  readonly #words: Word[] = [];
  readonly #start: number[] = [];
  readonly #ready: number[] = [];
  readonly #registered = new Map<Bit, Bit>();
  #firstPs = 0;

  constructor(graph: BitGraph, rules: StageRules) {
    this.#graph = graph;
    this.#rules = rules;
    this.#net = new LutNetwork(rules.delays);
  }

  place(index: number): void {
    const node = at(this.#graph.nodes, index);
    if (node.kind === "input") {
      this.#set(
        0,
        0,
        Array.from({ length: node.width }, () => this.#net.source(0)),
      );
      return;
    }
    const operands = node.operands.filter((operand) => at(this.#graph.nodes, operand).kind !== "constant");
    const earliest = operands.reduce((latest, operand) => Math.max(latest, at(this.#ready, operand)), 0);
    const block = this.#rules.blockOf(node);
    for (let start = earliest; ; start++) {
      const words = node.operands.map((operand) => this.#wordAt(operand, start));
      const { result, chainPs } = this.#result(node, words, block);
      if (
        chainPs > (block === undefined ? this.#rules.usablePs : this.#rules.blockUsablePs) &&
        start === earliest
      )
        continue;
      if (start === 0) this.#firstPs = Math.max(this.#firstPs, chainPs);
      this.#set(start, start + (block?.latencyCycles ?? 0), result);
      return;
    }
  }

  finish(): StagePlan {
    const word = at(this.#words, this.#graph.result);
    return { start: this.#start, ready: this.#ready, firstPs: this.#firstPs, lastPs: latest(word) };
  }

  #result(
    node: BitNode,
    words: readonly Word[],
    block: BlockTiming | undefined,
  ): { readonly result: Word; readonly chainPs: number } {
    if (block === undefined) {
      const result = wordArrivals(this.#net, node, words);
      const { resetSetupPs, byInputs } = this.#net.delays;
      const maskPs = latest(maskOf(node, words)) + (byInputs[1] ?? 0) + resetSetupPs; // Masks of masks meet in one more LUT.
      return { result, chainPs: Math.max(latest(result), maskPs) };
    }
    const arrivalPs = latest(words.flat());
    const chainPs = arrivalPs + (block.latencyCycles === 0 ? block.outputDelayPs : block.inputDelayPs);
    const outPs = block.latencyCycles === 0 ? chainPs : block.outputDelayPs;
    return { result: Array.from({ length: node.width }, () => this.#net.source(outPs)), chainPs };
  }

  #set(start: number, ready: number, word: Word): void {
    this.#start.push(start);
    this.#ready.push(ready);
    this.#words.push(word);
  }

  /** The operand as it stands in a cycle: after its own, from registers. */
  #wordAt(index: number, cycle: number): Word {
    const word = at(this.#words, index);
    return cycle <= at(this.#ready, index) ? word : word.map((signal) => this.#register(signal));
  }

  #register(signal: Signal): Signal {
    if (typeof signal === "number") return signal;
    const known = this.#registered.get(signal) ?? this.#net.source(0);
    this.#registered.set(signal, known);
    return known;
  }
}

function latest(word: Word): number {
  return word.reduce<number>(
    (most, signal) => (typeof signal === "number" ? most : Math.max(most, signal.arrivalPs)),
    0,
  );
}

/** What may end at the reset of a result's registers: the condition of a selection with a constant, a repeated operand of an `and`. */
function maskOf(node: BitNode, words: readonly Word[]): Word {
  if (node.kind !== "logic" || (node.operation !== "mux" && node.operation !== "and")) return [];
  if (node.operation === "and")
    return node.width === 1 ? [] : words.filter((word) => new Set(word).size === 1).flat();
  const [condition = [], ...others] = words;
  return others.some((word) => word.some((signal) => typeof signal === "number")) ? condition : [];
}
