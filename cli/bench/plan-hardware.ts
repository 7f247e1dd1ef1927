import {
  type ArrayShape,
  type CompiledAccelerator,
  compileAccelerator,
  layoutMemory,
  loadDevice,
  type ModelShape,
  type Outputs,
  type ScheduleMode,
} from "../../backend-hls/index.ts";
import { exploreHere, usualRequest } from "../../dse/index.ts";
import { at, ok, type Result } from "../../ir/index.ts";
import { chooseMemory } from "../rtl/choose-memory.ts";
import type { TimedHardware } from "./timed-device.ts";

/** What hardware is planned for. */
export interface HardwareWishes {
  readonly device: string;
  readonly rows: number;
  readonly outputs: Outputs;
  /** Blocks of the KV memory, the null block included. */
  readonly kvBlocks: number;
  /** Default: optimized. */
  readonly schedule?: ScheduleMode;
  /** Default: the one that `compile` would choose. */
  readonly array?: ArrayShape;
}

/** Planned hardware with its modules. */
export type PlannedHardware = TimedHardware & CompiledAccelerator;

/** The array that `compile` would choose for a model on a device. */
export function chooseArray(
  model: ModelShape,
  { device, rows, schedule = "optimized" }: Pick<HardwareWishes, "device" | "rows" | "schedule">,
): Result<ArrayShape> {
  const file = loadDevice(device);
  if (file.kind === "error") return file;
  const { clock_mhz: clockMhz } = file.value;
  const variant = { precision: "w8a8", kvBits: 8, model } as const;
  const explored = exploreHere(
    usualRequest({ device: file.value, variant, clockMhz, schedule, rows, seed: 0 }),
  );
  if (explored.kind === "error") return explored;
  return ok(at(explored.value.points, explored.value.chosen).design.shape);
}

/** The hardware of a model on a device, with its memory, without Verilog. */
export function planHardware(model: ModelShape, wishes: HardwareWishes): Result<PlannedHardware> {
  const { device, outputs, kvBlocks, schedule = "optimized" } = wishes;
  const file = loadDevice(device);
  if (file.kind === "error") return file;
  const { clock_mhz: clockMhz } = file.value;
  const array = wishes.array === undefined ? chooseArray(model, wishes) : ok(wishes.array);
  if (array.kind === "error") return array;
  const shape = { ...array.value, outputs };
  const compiled = compileAccelerator({ model, shape, device: file.value, clockMhz, schedule });
  if (compiled.kind === "error") return compiled;
  const { plan } = compiled.value;
  const layout = layoutMemory(plan, kvBlocks);
  const sizes = { memoryBytes: layout.bytes, beatBytes: plan.beatBytes, clockMhz };
  const memory = chooseMemory(undefined, file.value, sizes);
  if (memory.kind === "error") return memory;
  const { parameters } = memory.value;
  return ok({ ...compiled.value, layout, memory: parameters, deviceFile: file.value, clockMhz });
}
