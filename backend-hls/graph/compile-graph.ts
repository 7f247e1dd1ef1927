import { type Operation, ok, type Result } from "../../ir/index.ts";
import { PRODUCT_TOP, SYSTEM_TOP } from "../compile/compile-accelerator.ts";
import { portSetup, type SetupWord } from "../compile/port-setup.ts";
import { productTop } from "../compile/product-top.ts";
import type { Device } from "../device/index.ts";
import { createOperatorLibrary } from "../library/operator-library.ts";
import { networkModule } from "../network/network-module.ts";
import { type NetworkPlan, planNetwork } from "../network/plan-network.ts";
import type { ScheduleMode } from "../pipeline/schedule-kernel.ts";
import { type SystemHardware, systemModule } from "../system/system-module.ts";
import type { GraphDesign } from "./graph-scope.ts";
import { GRAPH_START_FIELDS, lowerGraph } from "./lower-graph.ts";
import type { GraphMemory } from "./memory-map.ts";

/** What the hardware of a graph is compiled from. */
export interface GraphRequest {
  /** Verified; the integer graph, in tasks or not. */
  readonly module: Operation;
  readonly functionName: string;
  readonly design: GraphDesign;
  readonly device: Pick<Device, "family">;
  readonly clockMhz: number;
  readonly schedule: ScheduleMode;
}

/** A compiled graph: schedule, hardware and memory. */
export interface CompiledGraph {
  readonly network: NetworkPlan;
  readonly system: SystemHardware;
  /** The module that a board instantiates, around the system. */
  readonly top: Operation;
  readonly memory: GraphMemory;
  /** What a host writes once into the region registers. */
  readonly setup: readonly SetupWord[];
}

/** From a function to hardware; same input, same output. */
export function compileGraph(request: GraphRequest): Result<CompiledGraph> {
  const lowered = lowerGraph(request.module, request.functionName, request.design);
  if (lowered.kind === "error") return lowered;
  const { schedule, memory, array } = lowered.value;
  const library = createOperatorLibrary(request.device.family, request.clockMhz);
  const network = planNetwork(schedule, library, request.schedule);
  if (network.kind === "error") return network;
  const core = networkModule("hidalgo_core", network.value);
  const system = systemModule({
    name: SYSTEM_TOP,
    plan: network.value,
    network: core,
    startFields: [...GRAPH_START_FIELDS],
    array,
  });
  const top = productTop(PRODUCT_TOP, system.top);
  return ok({ network: network.value, system, top, memory, setup: graphSetup(network.value, memory) });
}

/** Results go to the regions of results, records to those of caches. */
function graphSetup(network: NetworkPlan, memory: GraphMemory): readonly SetupWord[] {
  const around = (kind: GraphMemory["regions"][number]["kind"]): { base: number; bytes: number } => {
    const regions = memory.regions.filter((region) => region.kind === kind);
    const base = Math.min(memory.bytes, ...regions.map((region) => region.base));
    const end = Math.max(base, ...regions.map((region) => region.base + region.bytes));
    return { base, bytes: end - base };
  };
  return portSetup(network, memory.bytes, { store_burst: around("result"), records: around("cache") });
}
