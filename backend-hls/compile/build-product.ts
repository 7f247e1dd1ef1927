import type { Operation, Result } from "../../ir/index.ts";
import type { Device } from "../device/index.ts";
import { createOperatorLibrary } from "../library/operator-library.ts";
import { networkModule } from "../network/network-module.ts";
import { type NetworkPlan, planNetwork } from "../network/plan-network.ts";
import type { ScheduleMode } from "../pipeline/schedule-kernel.ts";
import { type SystemHardware, type SystemOptions, systemModule } from "../system/system-module.ts";
import { productTop } from "./product-top.ts";

/** The name of the module that a board instantiates. */
export const PRODUCT_TOP = "hidalgo";

/** The name of the module below it, with clock and reset as simulators drive them. */
export const SYSTEM_TOP = "hidalgo_system";

/** What hardware is made for. */
export interface ProductTarget {
  readonly device: Pick<Device, "family">;
  readonly clockMhz: number;
  readonly schedule: ScheduleMode;
}

/** How queues are built. */
export interface QueueOptions {
  /** For simulation: the input `queue_limits` makes each queue as shallow as it says. */
  readonly queueLimits?: boolean | undefined;
}

/** Hardware from the plan of its network to what a board instantiates. */
export interface Product {
  readonly network: NetworkPlan;
  /** The hardware with clock and reset as the simulator drives them. */
  readonly system: SystemHardware;
  /** The module that a board instantiates, around the system. */
  readonly top: Operation;
}

/** A `dataflow.schedule` with everything decided that its hardware needs. */
export function planProduct(
  schedule: Operation,
  { device, clockMhz, schedule: mode }: ProductTarget,
): Result<NetworkPlan> {
  return planNetwork(schedule, createOperatorLibrary(device.family, clockMhz), mode);
}

/** A planned network as hardware, in a system, in the product's wrapper. */
export function buildProduct(
  network: NetworkPlan,
  { queueLimits = false, ...options }: Omit<SystemOptions, "name" | "plan" | "network"> & QueueOptions,
): Product {
  const core = networkModule("hidalgo_core", network, { limits: queueLimits });
  const system = systemModule({ ...options, name: SYSTEM_TOP, plan: network, network: core });
  return { network, system, top: productTop(PRODUCT_TOP, system.top) };
}
