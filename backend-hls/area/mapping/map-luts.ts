import { at } from "../../../ir/index.ts";
import type { Literal, LogicNetwork } from "./logic-network.ts";

/** The lookup tables of a family. */
export interface LutFamily {
  /** What a table of 1, 2, … inputs costs the mapper: synthesis prefers small ones. */
  readonly costs: readonly number[];
  /** Cells that a table of 1, 2, … inputs takes. */
  readonly cells: readonly number[];
}

/** Cuts kept for a node. */
const KEPT = 6;

/** Passes that choose by the exact number of tables. */
const EXACT_PASSES = 2;

/** A set of nodes from which a node can be computed: a table's inputs. */
interface Cut {
  readonly leaves: readonly number[];
  /** A bit for each leaf modulo 31: a union with too many bits is too large. */
  readonly signature: number;
  flow: number;
  /** Tables one behind the other up to this cut's. */
  depth: number;
}

/**
 * Covers the logic in front of `roots` with tables, as few as can be found: cuts by area flow, then by exact area (Mishchenko,
 * Chatterjee, Brayton, "Improvements to technology mapping for LUT-based FPGAs", 2007). The number of cells.
 */
export function mapLuts(logic: LogicNetwork, roots: readonly Literal[], family: LutFamily): number {
  return new LutMapper(logic, roots, family).count();
}

class LutMapper {
  readonly #logic: LogicNetwork;
  readonly #roots: readonly number[];
  readonly #family: LutFamily;
  readonly #order: readonly number[];
  readonly #fanouts: Int32Array;
  readonly #flow: Float64Array;
  readonly #uses: Int32Array;
  /** Tables one behind the other up to a node, as it is covered. */
  readonly #depth: Int32Array;
  readonly #required: Int32Array;
  readonly #cuts: (readonly Cut[])[] = [];
  readonly #best: Cut[] = [];

  constructor(logic: LogicNetwork, roots: readonly Literal[], family: LutFamily) {
    this.#logic = logic;
    this.#family = family;
    this.#roots = [...new Set(roots.map((root) => root >> 1))].filter((node) => !this.#isLeaf(node));
    this.#fanouts = new Int32Array(logic.size);
    this.#flow = new Float64Array(logic.size);
    this.#uses = new Int32Array(logic.size);
    this.#depth = new Int32Array(logic.size);
    this.#required = new Int32Array(logic.size);
    this.#order = this.#reach();
  }

  count(): number {
    for (const node of this.#order) this.#choose(node);
    const most = this.#roots.reduce((deepest, root) => Math.max(deepest, this.#depth[root] ?? 0), 0);
    for (const root of this.#roots) this.#take(root);
    this.#require(most);
    this.#recover();
    for (let pass = 0; pass < EXACT_PASSES; pass++) {
      this.#require(most);
      for (const node of this.#order) this.#refine(node);
    }
    return this.#order.reduce(
      (sum, node) =>
        sum + ((this.#uses[node] ?? 0) > 0 ? this.#cellsOf(at(this.#best, node).leaves.length) : 0),
      0,
    );
  }

  /** By when each used node must be there for the deepest path to be no deeper than it has to be. */
  #require(most: number): void {
    this.#required.fill(most);
    for (let index = this.#order.length - 1; index >= 0; index--) {
      const node = at(this.#order, index);
      if ((this.#uses[node] ?? 0) === 0) continue;
      const before = (this.#required[node] ?? most) - 1;
      for (const leaf of at(this.#best, node).leaves)
        this.#required[leaf] = Math.min(this.#required[leaf] ?? most, before);
    }
  }

  /** Chooses every cut again by area flow, as far as the required depth allows. */
  #recover(): void {
    for (const root of this.#roots) this.#drop(root);
    for (const node of this.#order) {
      const cuts = at(this.#cuts, node);
      let best: Cut | undefined;
      for (let index = 0; index < cuts.length - 1; index++) {
        const cut = at(cuts, index);
        cut.flow = this.#flowOf(cut.leaves);
        cut.depth = this.#depthOf(cut.leaves);
        if (cut.depth > (this.#required[node] ?? 0)) continue;
        if (best === undefined || cut.flow < best.flow) best = cut;
      }
      const chosen = best ?? shallowest(cuts.slice(0, -1));
      this.#best[node] = chosen;
      this.#depth[node] = chosen.depth;
      this.#flow[node] = chosen.flow / Math.max(1, this.#fanouts[node] ?? 1);
    }
    for (const root of this.#roots) this.#take(root);
  }

  #isLeaf(node: number): boolean {
    return node === 0 || this.#logic.isLeaf(node);
  }

  /** Nodes in front of the roots, inputs first, and how many users each has. */
  #reach(): readonly number[] {
    const found = new Set<number>();
    const pending = [...this.#roots];
    for (const root of this.#roots) this.#fanouts[root] = 1;
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (found.has(node)) continue;
      found.add(node);
      for (const input of [this.#logic.left(node) >> 1, this.#logic.right(node) >> 1]) {
        this.#fanouts[input] = (this.#fanouts[input] ?? 0) + 1;
        if (!this.#isLeaf(input)) pending.push(input);
      }
    }
    return [...found].sort((a, b) => a - b);
  }

  #costOf(inputs: number): number {
    return this.#family.costs[inputs - 1] ?? Infinity;
  }

  #cellsOf(inputs: number): number {
    return this.#family.cells[inputs - 1] ?? 1;
  }

  /** The cuts of a node, cheapest first, from those of its inputs. */
  #choose(node: number): void {
    const most = this.#family.costs.length;
    const found: Cut[] = [];
    const [left, right] = [this.#logic.left(node) >> 1, this.#logic.right(node) >> 1];
    for (const a of this.#cutsOf(left))
      for (const b of this.#cutsOf(right)) {
        if (bitCount(a.signature | b.signature) > most) continue;
        const leaves = unite(a.leaves, b.leaves, most);
        if (leaves === undefined || found.some((cut) => isSame(cut.leaves, leaves))) continue;
        const signature = a.signature | b.signature;
        found.push({ leaves, signature, flow: this.#flowOf(leaves), depth: this.#depthOf(leaves) });
      }
    found.sort((a, b) => a.flow - b.flow || b.leaves.length - a.leaves.length);
    const best = shallowest(found);
    const kept = found.slice(0, KEPT);
    if (!kept.includes(best)) kept[KEPT - 1] = best;
    this.#best[node] = best;
    this.#depth[node] = best.depth;
    this.#flow[node] = at(kept, 0).flow / Math.max(1, this.#fanouts[node] ?? 1);
    kept.push(this.#trivial(node));
    this.#cuts[node] = kept;
  }

  #cutsOf(node: number): readonly Cut[] {
    return this.#isLeaf(node) ? [this.#trivial(node)] : at(this.#cuts, node);
  }

  #trivial(node: number): Cut {
    return { leaves: [node], signature: 1 << (node % 31), flow: 0, depth: 0 };
  }

  #flowOf(leaves: readonly number[]): number {
    let flow = this.#costOf(leaves.length);
    for (const leaf of leaves) flow += this.#flow[leaf] ?? 0;
    return flow;
  }

  #depthOf(leaves: readonly number[]): number {
    let depth = 0;
    for (const leaf of leaves) depth = Math.max(depth, this.#depth[leaf] ?? 0);
    return depth + 1;
  }

  /** Uses a node's table, and with its first use those in front of it: what that costs. */
  #take(node: number): number {
    if (this.#isLeaf(node)) return 0;
    const uses = this.#uses[node] ?? 0;
    this.#uses[node] = uses + 1;
    return uses > 0 ? 0 : this.#takeCut(at(this.#best, node));
  }

  #takeCut({ leaves }: Cut): number {
    let cost = this.#costOf(leaves.length);
    for (const leaf of leaves) cost += this.#take(leaf);
    return cost;
  }

  #drop(node: number): void {
    if (this.#isLeaf(node)) return;
    const uses = (this.#uses[node] ?? 0) - 1;
    this.#uses[node] = uses;
    if (uses === 0) this.#dropCut(at(this.#best, node));
  }

  #dropCut({ leaves }: Cut): void {
    for (const leaf of leaves) this.#drop(leaf);
  }

  /** The cut that adds the fewest tables to all others. */
  #refine(node: number): void {
    if ((this.#uses[node] ?? 0) === 0) return;
    const cuts = at(this.#cuts, node);
    this.#dropCut(at(this.#best, node));
    let [best, least] = [at(this.#best, node), Infinity];
    for (let index = 0; index < cuts.length - 1; index++) {
      const cut = at(cuts, index);
      cut.depth = this.#depthOf(cut.leaves);
      if (cut.depth > (this.#required[node] ?? 0) && cut !== at(this.#best, node)) continue;
      const cost = this.#takeCut(cut);
      this.#dropCut(cut);
      if (cost < least) [best, least] = [cut, cost];
    }
    this.#best[node] = best;
    this.#depth[node] = this.#depthOf(best.leaves);
    this.#takeCut(best);
  }
}

/** The cut of least depth, of those the one with the least flow. */
function shallowest(cuts: readonly Cut[]): Cut {
  return cuts.reduce((best, cut) =>
    cut.depth < best.depth || (cut.depth === best.depth && cut.flow < best.flow) ? cut : best,
  );
}

/** Two ascending lists as one; undefined where it is longer than `most`. */
function unite(a: readonly number[], b: readonly number[], most: number): readonly number[] | undefined {
  const union: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (union.length === most) return undefined;
    const [x, y] = [a[i] ?? Infinity, b[j] ?? Infinity];
    union.push(Math.min(x, y));
    if (x <= y) i += 1;
    if (y <= x) j += 1;
  }
  return union;
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((leaf, index) => leaf === b[index]);
}

function bitCount(bits: number): number {
  let rest = bits - ((bits >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
