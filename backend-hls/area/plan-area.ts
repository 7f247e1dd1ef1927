import { at, type Operation } from "../../ir/index.ts";
import type { NetworkPlan } from "../network/plan-network.ts";
import { fifoName } from "../shell/index.ts";
import { addCells, type CellCounts, NO_CELLS } from "./counts.ts";
import { designCells, instancesOf, symbolOf } from "./design-cells.ts";

/** A design's cells, by what they are for. */
export interface PlanArea {
  readonly total: CellCounts;
  /** With float units and everything else inside. */
  readonly kernels: ReadonlyMap<string, CellCounts>;
  /** Shared arrays. */
  readonly buffers: CellCounts;
  readonly queues: CellCounts;
  /** Burst engines, arbiters, registers, counters and watchdog. */
  readonly shell: CellCounts;
}

/** A planned network and the modules that it became. */
export interface BuiltDesign {
  readonly network: NetworkPlan;
  readonly system: { readonly top: Operation; readonly modules: readonly Operation[] };
}

/**
 * The area of a design, from its modules as synthesis maps them (`mapping/module-cells.ts`), each distinct one once. Nothing is
 * optimized across modules.
 */
export function planArea({ network, system }: BuiltDesign): PlanArea {
  const modules = [...new Set([...system.modules, system.top])];
  const { below } = designCells(modules, network.library.family);
  const coreModule = modules.find((module) => isCore(network, module));
  const core = coreModule === undefined ? "" : symbolOf(coreModule);
  const kernels = new Map(network.kernels.map(({ name }) => [name, below(`${core}_${name}`)]));
  const sum = (names: readonly string[]): CellCounts =>
    names.reduce((total, name) => addCells(total, below(name)), NO_CELLS);
  const inside = coreModule === undefined ? [] : instancesOf(coreModule);
  const fifos = new Set([...network.streams.values()].map(({ width, depth }) => fifoName(width, depth)));
  const queues = sum(inside.filter((name) => fifos.has(name)));
  const arrays = [...network.buffers.values()].map(({ name }) => `${core}_${name}`);
  const buffers = sum(inside.filter((name) => arrays.some((array) => isBank(name, array))));
  const total = below(symbolOf(system.top));
  const named = [...kernels.values(), buffers, queues].reduce((all, part) => addCells(all, part), NO_CELLS);
  return { total, kernels, buffers, queues, shell: addCells(total, named, -1) };
}

/** Whether a module is the one that instantiates the network's kernels. */
function isCore({ kernels }: NetworkPlan, module: Operation): boolean {
  const kernel = `_${at(kernels, 0).name}`;
  const name = symbolOf(module);
  return instancesOf(module).includes(`${name}${kernel}`);
}

function isBank(name: string, array: string): boolean {
  return name === array || (name.startsWith(`${array}_`) && /^\d+$/u.test(name.slice(array.length + 1)));
}
