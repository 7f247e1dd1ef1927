import { crc32 } from "node:zlib";
import {
  arrayMacs,
  type CompiledAccelerator,
  manifestRegisters,
  PRODUCT_TOP,
  partsOf,
  type Region,
} from "../../backend-hls/index.ts";
import type { Precision } from "../../frontend/index.ts";
import type { BuildFiles } from "../build-folder/build-files.ts";
import { CALIBRATION_TEXT_FILE } from "../build-folder/calibration-text.ts";
import { hashContent } from "../build-folder/read-build-folder.ts";
import { describeModel } from "../jobs/model-shape.ts";
import { packageVersion } from "../package-root.ts";
import type { CompileRequest } from "../rtl-engine.ts";
import type { Manifest } from "../schemas/manifest.ts";
import { WEIGHTS_FILE } from "./build-parts.ts";
import { describeSignals, designIdText } from "./describe-ports.ts";
import { describeStep } from "./describe-step.ts";
import { boundsOf } from "./estimate.ts";
import type { Golden } from "./golden.ts";
import { ERROR_TABLE } from "./program.ts";

/** Bytes and bits of a word of a descriptor, and of a float. */
const WORD = { bytes: 4, bits: 32 } as const;

/** What a build's manifest says; the tokenizer is added by whoever copies it. */
export function describeBuild(
  request: CompileRequest,
  accelerator: CompiledAccelerator,
  files: BuildFiles,
  golden: Golden,
): Manifest {
  const { plan, system, layout } = accelerator;
  const rtl = [...files].filter(([path]) => path.startsWith("rtl/") && path.endsWith(".v"));
  return {
    schema: "hidalgo.manifest/1",
    top: PRODUCT_TOP,
    model: describeModel(request.model.checkpoint),
    rtl: rtl.map(([path, content]) => ({ path, sha256: hashContent(content) })),
    ports: {
      clock: "ap_clk",
      reset: "ap_rst_n",
      axi: [{ name: "m_axi_gmem0", data_bits: 8 * plan.beatBytes, addr_bits: WORD.bits }],
      signals: describeSignals(accelerator.top),
    },
    registers: manifestRegisters(system.registers).map(({ fields, ...register }) => ({
      ...register,
      fields: fields.map((field) => ({ ...field })),
    })),
    error_codes: { ...ERROR_TABLE },
    engines: accelerator.network.bursts.map(({ name }) => name),
    memory: describeMemory(accelerator, files),
    memory_bytes: layout.bytes,
    ...describeStep(accelerator),
    kv_layout: describeRecord(accelerator),
    design: describeDesign(request, accelerator, hashContent(rtl.map(([, text]) => String(text)).join(""))),
    self_test: { prompt_ids: [...golden.promptIds], token_ids: [...golden.tokenIds] },
    estimate: { ...boundsOf(request, accelerator) },
    ...describeCalibration(files),
    tokenizer: null,
    versions: { hidalgo: packageVersion() },
  };
}

function describeDesign(
  { device, clockMhz, precision, kvBits, schedule, maxContext, quantization }: CompileRequest,
  { plan, layout, system }: CompiledAccelerator,
  hash: string,
): Manifest["design"] {
  const parts = partsOf(plan.model);
  const { linear, attention, other } = arrayMacs(plan.model, plan);
  return {
    id: designIdText(system.designId),
    rows: plan.rows,
    macs: { linear: parts * linear, attention: parts * attention, other: parts * other },
    port_bits: 8 * plan.beatBytes,
    ports: parts,
    ...(parts > 1 && { accelerators: parts }),
    weights: "stream",
    block_size: plan.model.blockSize,
    hash,
    device: device.name,
    clock: { mhz: clockMhz, source: "assumed" },
    precision,
    kv_bits: kvBits,
    method: describeMethod(quantization.precision),
    schedule,
    max_context: maxContext,
    kv_blocks: layout.kvBlocks,
    outputs: { ...plan.outputs },
    energy: { ...device.energy },
  };
}

/** The text that numbers were made from, where it was a file. */
function describeCalibration(files: BuildFiles): Pick<Manifest, "calibration_text"> {
  const content = files.get(CALIBRATION_TEXT_FILE);
  return content === undefined
    ? {}
    : { calibration_text: { path: CALIBRATION_TEXT_FILE, sha256: hashContent(content) } };
}

/** The options with which weights were made: other weights for the same hardware are made in the same way. */
function describeMethod({ weights, smoothing, outliers }: Precision): Manifest["design"]["method"] {
  return {
    ...(smoothing && { alpha: smoothing.alpha }),
    ...(outliers && { threshold: outliers.threshold }),
    ...(weights.kind === "int4" && { rounding: weights.rounding }),
  };
}

/** Regions under the names of the contract; what does not change is one file from address 0 on. */
function describeMemory({ plan, layout }: CompiledAccelerator, files: BuildFiles): Manifest["memory"] {
  const { weights, constants, embedding, rope, descriptors, tables, outputs, logits, kv } = layout.regions;
  const { strides } = layout;
  const content = files.get(WEIGHTS_FILE) ?? "";
  const empty = (name: string, { base, bytes }: Region, shape: unknown): Manifest["memory"][number] => ({
    name,
    base,
    bytes,
    file: null,
    sha256: null,
    crc32: null,
    layout: shape,
  });
  return [
    {
      name: "weights",
      base: 0,
      bytes: content.length,
      file: WEIGHTS_FILE,
      sha256: hashContent(content),
      crc32: crc32(content),
      layout: {
        array: { pn: plan.pn, pk: plan.pk, pt: plan.pt, pv: plan.pv, ph: plan.ph },
        norm_eps: plan.model.eps,
        ...(plan.model.precision && { precision: plan.model.precision }),
        parts: { weights, constants, embedding, rope },
        strides: { embedding: strides.embedding, rope: strides.rope },
      },
    },
    empty("rows", descriptors, { stride: strides.descriptor }),
    empty("tables", tables, { stride: strides.table }),
    empty("logits", outputs, {
      stride: strides.output,
      fields: ["token", "logit"],
      candidates: plan.outputs.candidates,
    }),
    ...(plan.outputs.logits
      ? [empty("all_logits", logits, { beats_of_a_row: plan.logitBeats, beats: "row by row in turn" })]
      : []),
    empty("kv", kv, { record: strides.record, layer: strides.kvLayer, blocks: layout.kvBlocks }),
  ];
}

/** The fields of a KV record, in bytes. */
function describeRecord({ plan }: CompiledAccelerator): Manifest["kv_layout"] {
  const { kvWidth, model, precision } = plan;
  const [type, bytes] = [`i${precision.kvBits}`, precision.kvBits / 8];
  const scales = { count: model.kvHeads, type: "f32" };
  return [
    { name: "keys", offset: 0, count: kvWidth, type },
    { name: "values", offset: bytes * kvWidth, count: kvWidth, type },
    { name: "key_scales", offset: 2 * bytes * kvWidth, ...scales },
    { name: "value_scales", offset: 2 * bytes * kvWidth + WORD.bytes * model.kvHeads, ...scales },
  ];
}
