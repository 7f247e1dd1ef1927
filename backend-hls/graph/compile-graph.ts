import { type Operation, ok, type Result } from "../../ir/index.ts";
import { buildProduct, type Product, type ProductTarget, planProduct } from "../compile/build-product.ts";
import { portSetup, type SetupWord } from "../compile/port-setup.ts";
import type { NetworkPlan } from "../network/plan-network.ts";
import type { GraphDesign } from "./graph-scope.ts";
import { type LoweredGraph, lowerGraph, startFields } from "./lower-graph.ts";
import { type GraphMemory, outputsOf } from "./memory-map.ts";

/** What the hardware of a graph is compiled from. */
export interface GraphRequest extends ProductTarget {
  /** Verified; the integer graph, in tasks or not. */
  readonly module: Operation;
  readonly functionName: string;
  readonly design: GraphDesign;
}

/** A compiled graph: schedule, hardware and memory. */
export interface CompiledGraph extends Product {
  readonly memory: GraphMemory;
  /** What a host writes once into the region registers. */
  readonly setup: readonly SetupWord[];
}

/** A graph with everything decided that its hardware needs. */
export interface PlannedGraph {
  readonly lowered: LoweredGraph;
  readonly network: NetworkPlan;
}

/** From a function to the plan of its network. */
export function planGraph(request: GraphRequest): Result<PlannedGraph> {
  const lowered = lowerGraph(request.module, request.functionName, request.design);
  if (lowered.kind === "error") return lowered;
  const network = planProduct(lowered.value.schedule, request);
  return network.kind === "ok" ? ok({ lowered: lowered.value, network: network.value }) : network;
}

/** From the plan to hardware. */
export function buildGraph({ lowered, network }: PlannedGraph): CompiledGraph {
  const { schedule, memory, array } = lowered;
  const product = buildProduct(network, { startFields: startFields(schedule), array });
  return { ...product, memory, setup: graphSetup(network, memory) };
}

/** From a function to hardware; same input, same output. */
export function compileGraph(request: GraphRequest): Result<CompiledGraph> {
  const planned = planGraph(request);
  return planned.kind === "ok" ? ok(buildGraph(planned.value)) : planned;
}

/** Results go to the regions of results and of arguments that are written to, records to those of caches. */
function graphSetup(network: NetworkPlan, memory: GraphMemory): readonly SetupWord[] {
  const around = (regions: readonly { base: number; bytes: number }[]): { base: number; bytes: number } => {
    const base = Math.min(memory.bytes, ...regions.map((region) => region.base));
    const end = Math.max(base, ...regions.map((region) => region.base + region.bytes));
    return { base, bytes: end - base };
  };
  const stores = network.bursts.flatMap(({ kind, name }) => (kind === "write" ? [name] : []));
  return portSetup(network, memory.bytes, {
    ...Object.fromEntries(stores.map((name) => [name, around(outputsOf(memory))])),
    records: around(memory.regions.filter(({ kind }) => kind === "cache")),
  });
}
