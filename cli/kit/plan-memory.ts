import {
  chooseDesign,
  type Device as DeviceFile,
  layoutMemory,
  loadDevice,
  type ModelShape,
  planAccelerator,
  REGION_NAMES,
} from "../../backend-hls/index.ts";
import { type Checkpoint, loadModel } from "../../frontend/index.ts";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { type Quantization, quantizeLoaded } from "../engines/quantize-model.ts";
import { contextTooLong } from "../jobs/diagnostics.ts";
import { hardwarePrecision } from "../rtl/hardware-precision.ts";
import { modelShapeOf } from "../verify/subject.ts";
import { memoryTooSmall, memoryUnknown } from "./diagnostics.ts";
import type { MemoryPlan } from "./plan-schema.ts";

/** What `plan` can be told. */
export interface PlanOptions {
  readonly device: string;
  readonly blockSize: number;
  readonly rows: number;
  /** Positions of a sequence; the model's own where absent. */
  readonly maxContext?: number | undefined;
  /** MiB that keys and values may take, at most; all that is left where absent. */
  readonly kvMemory?: number | undefined;
  /** Number formats; int8 throughout where absent. */
  readonly quantization?: Quantization | undefined;
}

const MEBIBYTE = 2 ** 20;

/** Addresses have 32 bits. */
const REACH_BYTES = 2 ** 32;

/** How many tokens and sequences of a model fit the memory of a device; nothing is compiled. */
export function planMemory(path: string, options: PlanOptions): Result<MemoryPlan> {
  const device = loadDevice(options.device);
  if (device.kind === "error") return device;
  const model = loadModel(path);
  if (model.kind === "error") return model;
  const { checkpoint } = model.value;
  const { maxContext: own } = checkpoint.config;
  const { maxContext = own } = options;
  if (maxContext > own)
    return fail(contextTooLong(builtSpan("--max-context"), { asked: maxContext, model: own }));
  const { quantization } = options;
  const quantized = quantization === undefined ? ok(undefined) : quantizeLoaded(model.value, quantization);
  if (quantized.kind === "error") return quantized;
  const precision = quantized.value && hardwarePrecision(quantized.value);
  const shape = modelShapeOf(checkpoint, { maxContext, blockSize: options.blockSize, precision });
  return fillMemory(checkpoint, device.value, shape, options);
}

function fillMemory(
  checkpoint: Checkpoint,
  device: DeviceFile,
  shape: ModelShape,
  options: PlanOptions,
): Result<MemoryPlan> {
  const { maxContext, blockSize } = shape;
  const { rows } = options;
  const dramBytes = device.dram?.bytes;
  if (dramBytes === undefined) return fail(memoryUnknown(builtSpan("--device"), { device: device.name }));
  const array = chooseDesign(shape, device, { rows });
  if (array.kind === "error") return array;
  const { regions, strides } = layoutMemory(planAccelerator(shape, array.value), 1);
  const [usable, fixed] = [Math.min(dramBytes, REACH_BYTES), regions.kv.base];
  if (fixed > usable)
    return fail(
      memoryTooSmall(builtSpan(device.name), { needed: fixed, available: usable, model: checkpoint.id }),
    );
  const budget = Math.min(usable - fixed, (options.kvMemory ?? Number.POSITIVE_INFINITY) * MEBIBYTE);
  const blockBytes = shape.layers * blockSize * strides.record;
  const blocks = Math.max(0, Math.floor(budget / blockBytes) - 1); // block 0 holds no token
  const contexts = contextsUpTo(maxContext, blockSize).map((context) => {
    const each = Math.ceil(context / blockSize);
    return { context, blocks_per_sequence: each, sequences: Math.floor(blocks / each) };
  });
  const { id, sha256, config } = checkpoint;
  return ok({
    schema: "hidalgo.plan/1",
    model: { id, arch: config.architecture, sha256 },
    device: device.name,
    memory: {
      dram_bytes: dramBytes,
      usable_bytes: usable,
      fixed_bytes: fixed,
      parts: Object.fromEntries(
        REGION_NAMES.filter((name) => name !== "kv").map((name) => [name, regions[name].bytes]),
      ),
    },
    kv: {
      budget_bytes: budget,
      block_size: blockSize,
      bytes_per_token: shape.layers * strides.record,
      block_bytes: blockBytes,
      blocks,
      tokens: blocks * blockSize,
    },
    max_context: maxContext,
    sequences: contexts[0]?.sequences ?? 0,
    contexts,
  });
}

/** The longest context and its halves, down to a block. */
function contextsUpTo(longest: number, blockSize: number): readonly number[] {
  const contexts: number[] = [];
  for (
    let context = longest;
    context >= blockSize || contexts.length === 0;
    context = Math.floor(context / 2)
  )
    contexts.push(context);
  return contexts;
}

/** A plan for a person: several lines. */
export function renderPlan({ model, device, memory, kv, contexts }: MemoryPlan): string {
  const parts = Object.entries(memory.parts).map(([name, bytes]) => `${name} ${size(bytes)}`);
  return [
    `${model.id} on ${device}: ${size(memory.dram_bytes)} of DRAM, ${size(memory.usable_bytes)} within reach`,
    `  weights and tables  ${size(memory.fixed_bytes)}: ${parts.join(", ")}`,
    `  keys and values     ${size(kv.budget_bytes)}: ${kv.bytes_per_token} bytes a token, ${kv.blocks} blocks of ${kv.block_size}, ${kv.tokens.toLocaleString("en-US")} tokens`,
    "   context  sequences",
    ...contexts.map(
      ({ context, sequences }) =>
        `  ${context.toLocaleString("en-US").padStart(8)}  ${sequences.toLocaleString("en-US").padStart(9)}`,
    ),
  ].join("\n");
}

function size(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  return bytes >= MEBIBYTE ? `${(bytes / MEBIBYTE).toFixed(1)} MiB` : `${(bytes / 1024).toFixed(1)} KiB`;
}
