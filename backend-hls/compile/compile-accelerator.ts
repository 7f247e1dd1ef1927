import { type Operation, ok, type Result } from "../../ir/index.ts";
import {
  type ArrayShape,
  buildAccelerator,
  FAULT_STREAMS,
  layoutMemory,
  type MemoryLayout,
  type ModelShape,
  type Plan,
  START_FIELDS,
} from "../accelerator/index.ts";
import type { Device } from "../device/index.ts";
import { createOperatorLibrary } from "../library/operator-library.ts";
import { networkModule } from "../network/network-module.ts";
import { type NetworkPlan, planNetwork } from "../network/plan-network.ts";
import type { ScheduleMode } from "../pipeline/schedule-kernel.ts";
import type { StartLimit } from "../system/core-errors.ts";
import { type SystemHardware, systemModule } from "../system/system-module.ts";
import { portSetup, type SetupWord } from "./port-setup.ts";
import { productTop } from "./product-top.ts";

/** What an accelerator is compiled from. */
export interface AcceleratorRequest {
  readonly model: ModelShape;
  readonly shape: ArrayShape;
  readonly device: Device;
  readonly clockMhz: number;
  readonly schedule: ScheduleMode;
  /** Sequences of full length that the KV memory holds (default: 1). */
  readonly sequences?: number | undefined;
  /** Called with the schedule before it is planned: gives its operations the places that hardware is traced back to. */
  readonly locate?: ((schedule: Operation) => void) | undefined;
}

/** A compiled accelerator: sizes, schedule, hardware and memory. */
export interface CompiledAccelerator {
  readonly plan: Plan;
  readonly network: NetworkPlan;
  /** The hardware with clock and reset as the simulator drives them. */
  readonly system: SystemHardware;
  /** The module that a board instantiates, around the system. */
  readonly top: Operation;
  readonly layout: MemoryLayout;
  /** What a host writes once into the region registers. */
  readonly setup: readonly SetupWord[];
}

/** The name of the module that a board instantiates. */
export const PRODUCT_TOP = "hidalgo";

/** The name of the module below it, with clock and reset as simulators drive them. */
export const SYSTEM_TOP = "hidalgo_system";

/** Blocks of the KV memory: `sequences` of full length, and the null block. */
export function kvBlocksOf({ maxContext, blockSize }: ModelShape, sequences = 1): number {
  return sequences * Math.ceil(maxContext / blockSize) + 1;
}

/** A step has rows, at most those of the accelerator; fewer of them emit, fewer of these give logits. */
function startLimits({ rows }: Plan): readonly StartLimit[] {
  const limit = (field: string, least: number): StartLimit => ({
    field,
    least,
    most: rows,
    code: "bad_rows",
  });
  return [limit("rows", 1), limit("emitted", 0), limit("logit_rows", 0)];
}

/** The region registers of an accelerator: records go to the KV memory, tokens and logits to theirs. */
export function acceleratorSetup(
  network: NetworkPlan,
  { bytes, regions }: MemoryLayout,
): readonly SetupWord[] {
  return portSetup(network, bytes, { ...regions, records: regions.kv });
}

/** From the shape of a model and of an array to hardware; same input, same output. */
export function compileAccelerator(request: AcceleratorRequest): Result<CompiledAccelerator> {
  const { model, shape, device, clockMhz, schedule, sequences } = request;
  const accelerator = buildAccelerator(model, shape);
  request.locate?.(accelerator.schedule);
  const network = planNetwork(accelerator.schedule, createOperatorLibrary(device.family, clockMhz), schedule);
  if (network.kind === "error") return network;
  const core = networkModule("hidalgo_core", network.value);
  const system = systemModule({
    name: SYSTEM_TOP,
    plan: network.value,
    network: core,
    startFields: [...START_FIELDS],
    array: "matmul",
    faults: FAULT_STREAMS,
    limits: startLimits(accelerator.plan),
  });
  const { plan } = accelerator;
  const layout = layoutMemory(plan, kvBlocksOf(model, sequences));
  return ok({
    plan,
    network: network.value,
    system,
    top: productTop(PRODUCT_TOP, system.top),
    layout,
    setup: acceleratorSetup(network.value, layout),
  });
}
