import { z } from "zod";
import {
  type Device as DeviceFile,
  deviceSchema,
  layoutMemory,
  type MemoryLayout,
  type Plan,
  partsOf,
  planAccelerator,
} from "../../backend-hls/index.ts";
import { windowOfLayer } from "../../frontend/index.ts";
import { builtSpan, fail, type Operation, ok, parseModule, present, type Result } from "../../ir/index.ts";
import { buildDamaged } from "../build-folder/diagnostics.ts";
import type { CompiledBuild } from "../build-folder/read-build-folder.ts";
import type { Manifest } from "../schemas/manifest.ts";
import { hardwarePrecisionSchema } from "./hardware-precision.ts";
import { partOf } from "./shared-model.ts";

/** Files of a build beside Verilog, manifest and tokenizer. */
export const WEIGHTS_FILE = "weights.bin";
/** The same of the `part`-th of the accelerators that share the model. */
export function weightsFile(part: number): string {
  return part === 0 ? WEIGHTS_FILE : `weights.${String(part)}.bin`;
}
/** The device file that was compiled for. */
export const DEVICE_FILE = "device.json";
/** The hardware as IR text, for simulators. */
export const HARDWARE_FILE = "ir/hardware.mlir";

const count = z.int().nonnegative();

/** The `layout` of the region of weights: how they are spread over beats. */
const weightsLayout = z.looseObject({
  array: z.strictObject({ pn: count, pk: count, pt: count, pv: count, ph: count.default(1) }),
  norm_eps: z.number(),
  precision: hardwarePrecisionSchema.exactOptional(),
});

/** What is in a build, read back. */
export interface BuildParts {
  readonly deviceFile: DeviceFile;
  /** hw.module operations, the product's top among them. */
  readonly hardware: readonly Operation[];
  readonly plan: Plan;
  readonly layout: MemoryLayout;
  /** What the memory holds from address 0 on. */
  readonly weights: Uint8Array;
  /** What those of the other accelerators hold that share the model. */
  readonly otherWeights?: readonly Uint8Array[];
}

/** Reads what a simulation needs out of a build; what is wrong with it is a diagnostic. */
export function readBuildParts({ manifest, files }: CompiledBuild): Result<BuildParts> {
  const damaged = (file: string, problem: string): Result<never> =>
    fail(buildDamaged(builtSpan(file), { problem }));
  const read = (file: string): string | undefined => textOf(files.get(file));
  const [device, hardware, weights] = [read(DEVICE_FILE), read(HARDWARE_FILE), files.get(WEIGHTS_FILE)];
  if (device === undefined) return damaged(DEVICE_FILE, "the file is missing");
  if (hardware === undefined) return damaged(HARDWARE_FILE, "the file is missing");
  if (weights === undefined || typeof weights === "string")
    return damaged(WEIGHTS_FILE, "the file is missing");
  const deviceFile = deviceSchema.safeParse(parseJson(device));
  if (!deviceFile.success) return damaged(DEVICE_FILE, "it is no device file");
  const shape = weightsLayout.safeParse(manifest.memory.find(({ name }) => name === "weights")?.layout);
  if (!shape.success) return damaged("manifest.json", "the layout of the weights is not known");
  const module = parseModule(hardware, HARDWARE_FILE);
  if (module.kind === "error") return module;
  const plan = planOf(manifest, shape.data);
  const layout = layoutMemory(plan, manifest.design.kv_blocks);
  if (weights.length !== layout.regions.descriptors.base)
    return damaged(WEIGHTS_FILE, "it does not fit the manifest");
  const others = Array.from({ length: partsOf(plan.model) - 1 }, (_, index) =>
    files.get(weightsFile(index + 1)),
  );
  const otherWeights = others.flatMap((content) =>
    content instanceof Uint8Array && content.length === weights.length ? [content] : [],
  );
  if (otherWeights.length < others.length)
    return damaged(weightsFile(1), "an accelerator's weights are missing");
  const body = present(module.value.regions[0], "the body of a module").block;
  return ok({ deviceFile: deviceFile.data, hardware: [...body.ops], plan, layout, weights, otherWeights });
}

function planOf(
  { model, design }: Manifest,
  { array: { pn, pk, pt, pv, ph }, norm_eps: eps, precision }: z.output<typeof weightsLayout>,
): Plan {
  const whole = {
    hidden: model.hidden,
    layers: model.layers,
    heads: model.heads,
    kvHeads: model.kv_heads,
    headDim: model.head_dim,
    ffn: model.ffn,
    vocab: model.vocab,
    windows: windowsOf(model),
    qkvBias: model.qkv_bias ?? false,
    qkNorm: model.qk_norm ?? false,
    maxContext: design.max_context,
    eps,
    blockSize: design.block_size,
    ...(precision && { precision }),
  };
  return planAccelerator(partOf(whole, design.accelerators ?? 1), {
    pn,
    pk,
    pt,
    pv,
    ph,
    rows: design.rows,
    outputs: design.outputs,
  });
}

function windowsOf({ layers, window, full_layers: fullLayers = [] }: Manifest["model"]) {
  const shape = { window: window ?? undefined, fullLayers };
  return Array.from({ length: layers }, (_, layer) => windowOfLayer(shape, layer));
}

function textOf(content: string | Uint8Array | undefined): string | undefined {
  return content instanceof Uint8Array ? Buffer.from(content).toString("utf8") : content;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
