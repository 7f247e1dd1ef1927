import { at } from "../../ir/index.ts";
import type { FlatDesign } from "../netlist/flat.ts";
import type { Action } from "./actions.ts";

/** How large a region is. */
export interface RegionSizes {
  /** An instance with fewer states is no region of its own. */
  readonly fewest: number;
  /** An instance with more states is looked into. */
  readonly most: number;
}

/** Of those that were tried on an accelerator of 6,600 registers, the sizes with which it ran fastest. */
export const REGION_SIZES: RegionSizes = { fewest: 24, most: 64 };

/** The path of the instance that a state belongs to; empty for the top. */
export function instanceOfState(path: string): string {
  const end = path.lastIndexOf(".");
  return end < 0 ? "" : path.slice(0, end);
}

function pathOf(design: FlatDesign, action: Action): string {
  if (action.kind === "write") return at(design.memories, action.memory).path;
  const node = at(design.nodes, action.node);
  if (node.kind === "register") return node.path;
  return node.kind === "read" ? at(design.memories, node.memory).path : "";
}

function parentOf(instance: string): string | undefined {
  return instance === "" ? undefined : instanceOfState(instance);
}

/** For the path of every instance with state, the path of the instance whose region it belongs to, if any. */
export function instancesToSplit(
  design: FlatDesign,
  actions: readonly Action[],
  region: RegionSizes,
): ReadonlyMap<string, string> {
  const sizes = new Map<string, number>();
  const instances = new Set<string>();
  for (const action of actions) {
    const instance = instanceOfState(pathOf(design, action));
    instances.add(instance);
    for (let path: string | undefined = instance; path !== undefined; path = parentOf(path))
      sizes.set(path, (sizes.get(path) ?? 0) + 1);
  }
  const regions = new Map<string, string>();
  for (const instance of instances) {
    const chain: string[] = [];
    for (let path: string | undefined = instance; path !== undefined; path = parentOf(path))
      chain.unshift(path);
    const found = regionIn(chain, sizes, region);
    if (found !== undefined) regions.set(instance, found);
  }
  return regions;
}

/** Down from the top: the first instance that is not too large, else the last that is not too small. */
function regionIn(
  chain: readonly string[],
  sizes: ReadonlyMap<string, number>,
  { fewest, most }: RegionSizes,
): string | undefined {
  let found: string | undefined;
  for (const path of chain.slice(1)) {
    const size = sizes.get(path) ?? 0;
    if (size < fewest) return found;
    found = path;
    if (size <= most) return found;
  }
  return found;
}
