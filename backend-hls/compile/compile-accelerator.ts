import { type Operation, ok, type Result } from "../../ir/index.ts";
import {
  type ArrayShape,
  buildAccelerator,
  FAULT_STREAMS,
  layoutMemory,
  type MemoryLayout,
  type ModelShape,
  missEvents,
  type Plan,
  START_FIELDS,
} from "../accelerator/index.ts";
import type { Device } from "../device/index.ts";
import { multiplierOf } from "../library/operator-library.ts";
import { type NetworkPlan, withDepths } from "../network/plan-network.ts";
import type { ScheduleMode } from "../pipeline/schedule-kernel.ts";
import type { StartLimit } from "../system/core-errors.ts";
import { buildProduct, type Product, planProduct, type QueueOptions } from "./build-product.ts";
import { portSetup, type SetupWord } from "./port-setup.ts";

/** What an accelerator is compiled from. */
export interface AcceleratorRequest extends QueueOptions {
  readonly model: ModelShape;
  readonly shape: ArrayShape;
  readonly device: Device;
  readonly clockMhz: number;
  readonly schedule: ScheduleMode;
  /** Sequences of full length that the KV memory holds (default: 1). */
  readonly sequences?: number | undefined;
  /** Depths of queues by name, in place of those that keep every pipeline at its interval. */
  readonly depths?: ReadonlyMap<string, number> | undefined;
  /** Called with the schedule before it is planned: gives its operations the places that hardware is traced back to. */
  readonly locate?: ((schedule: Operation) => void) | undefined;
}

/** A compiled accelerator: sizes, schedule, hardware and memory. */
export interface CompiledAccelerator extends Product {
  readonly plan: Plan;
  readonly layout: MemoryLayout;
  /** What a host writes once into the region registers. */
  readonly setup: readonly SetupWord[];
}

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
  const { model, shape, sequences } = request;
  const { schedule, plan } = buildAccelerator(model, shape, multiplierOf(request.device.family));
  request.locate?.(schedule);
  const network = planProduct(schedule, request);
  if (network.kind === "error") return network;
  const product = buildProduct(withDepths(network.value, request.depths), {
    queueLimits: request.queueLimits,
    startFields: [...START_FIELDS],
    array: "matmul",
    faults: FAULT_STREAMS,
    events: missEvents(plan),
    limits: startLimits(plan),
  });
  const layout = layoutMemory(plan, kvBlocksOf(model, sequences));
  return ok({ ...product, plan, layout, setup: acceleratorSetup(product.network, layout) });
}
