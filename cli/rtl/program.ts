import {
  beatCounter,
  decodeStep,
  ERROR_CODES,
  ERROR_MEANINGS,
  type ErrorMeaning,
  encodeStep,
  type MemoryLayout,
  outputRegions,
  type Plan,
  partsOf,
  type Row,
  type RowOutput,
  START_FIELDS,
  transferredBytes,
} from "../../backend-hls/index.ts";
import { at, CompilerBug, present, unreachable } from "../../ir/index.ts";
import type {
  AcceleratorProgram,
  ClusterProgram,
  DeviceFault,
  Emission,
  Emit,
  EncodedStep,
  KvPlaces,
  MemoryImage,
  RowDescriptor,
  TransferredBytes,
} from "../../runtime-host/index.ts";
import type { Manifest } from "../schemas/manifest.ts";
import type { BuildParts } from "./build-parts.ts";
import { mergeOutputs } from "./shared-model.ts";

/** Error codes by name, as the manifest lists them. */
export const ERROR_TABLE: Readonly<Record<string, number>> = ERROR_CODES;

/** What an error code means: the name is the manifest's, the rest is known of the codes of this version. */
export function describeError(
  { error_codes: errors, engines }: Pick<Manifest, "error_codes" | "engines">,
  code: number,
  where: number,
): DeviceFault {
  const name = Object.keys(errors).find((each) => errors[each] === code) ?? "unknown error";
  const meanings: Readonly<Record<string, ErrorMeaning>> = ERROR_MEANINGS;
  const meaning = meanings[name];
  if (meaning === undefined)
    return { name, what: "an error of another version", hint: "read the documents of that version" };
  const { what, hint } = meaning;
  switch (meaning.where) {
    case "engine":
      return { name, what: `${what} (engine ${engines[where] ?? where})`, hint };
    case "row":
      return { name, what: `row ${where}: ${what}`, hint };
    case "nothing":
      return { name, what, hint };
    default:
      return unreachable(meaning.where);
  }
}

/** The setup of a manifest for a memory that begins at address 0. */
export function setupOf({ setup }: Pick<Manifest, "setup">): AcceleratorProgram["setup"] {
  return setup.flatMap(({ register, value }) => {
    if (value.kind === "address") return [{ register, value: value.offset }];
    return value.kind === "constant" ? [{ register, value: value.value }] : [];
  });
}

/** What the engines of an accelerator move; engines that are not here move other things. */
const TRAFFIC: Readonly<Record<string, keyof TransferredBytes>> = {
  weights: "weights",
  constants: "weights",
  kv: "kvRead",
  records: "kvWrite",
};

/** What the host needs to drive a build: the manifest's registers, memory and the encoding of steps. */
export function acceleratorProgram(
  manifest: Manifest,
  {
    plan,
    layout,
    weights,
    otherWeights = [],
  }: Pick<BuildParts, "plan" | "layout" | "weights" | "otherWeights">,
): AcceleratorProgram {
  const { registers, design, model } = manifest;
  const image = new Uint8Array(layout.bytes);
  const decoded = (
    rows: readonly Row[],
    outputs: readonly MemoryImage[],
  ): readonly (RowOutput | undefined)[] => {
    for (const { address, bytes } of outputs) image.set(bytes, address);
    return decodeStep(plan, layout, rows, image);
  };
  return {
    capabilities: {
      rows: design.rows,
      sequences: design.rows,
      blockSize: design.block_size,
      blocks: design.kv_blocks,
      maxContext: design.max_context,
      vocab: model.vocab,
      emits: emitsOf(plan),
      candidates: plan.outputs.candidates > 1 ? plan.outputs.candidates : 0,
      hasTrees: true,
    },
    registers: Object.fromEntries(registers.map(({ name, offset }) => [name, offset])),
    describeError: (code, where) => describeError(manifest, code, where),
    memory: [{ address: 0, bytes: weights }],
    setup: setupOf(manifest),
    outputs: (rows) => outputRegions(plan, layout, rows.map(toRow)),
    encode: (rows) => encode(plan, layout, rows.map(toRow), image),
    kv: kvPlaces(plan, layout),
    ...countedTraffic(manifest, plan),
    decode: (rows, outputs) => {
      const found = decoded(rows.map(toRow), outputs);
      return rows.flatMap(({ emit }, row) => emissionOf(emit, row, found[row]));
    },
    ...(otherWeights.length > 0 && { cluster: clusterProgram(plan, [weights, ...otherWeights], decoded) }),
  };
}

/** Of accelerators that share a model each has its part of the weights, and gives what it knows of the rows. */
function clusterProgram(
  { model }: Plan,
  weights: readonly Uint8Array[],
  decoded: (rows: readonly Row[], outputs: readonly MemoryImage[]) => readonly (RowOutput | undefined)[],
): ClusterProgram {
  return {
    memories: weights.map((bytes) => [{ address: 0, bytes }]),
    decode: (rows, outputs) => {
      const found = outputs.map((images) => decoded(rows.map(toRow), images));
      return rows.flatMap(({ emit }, row) => {
        const merged = mergeOutputs(
          found.map((one) => one[row]),
          model.vocab,
        );
        return emissionOf(emit, row, merged);
      });
    },
  };
}

/** Where the blocks of the KV cache are: in each layer, the records of a block stand together. */
function kvPlaces({ model }: Plan, { regions, strides }: MemoryLayout): KvPlaces {
  const { layers, blockSize, kvHeads, headDim } = model;
  const parts = partsOf(model);
  const bytes = blockSize * strides.record;
  return {
    format: `rtl/${layers}x${blockSize}x${strides.record}/${kvHeads}x${headDim}${parts === 1 ? "" : `/${String(parts)}`}`,
    region: regions.kv,
    parts: (block) =>
      Array.from({ length: layers }, (_, layer) => ({
        address: regions.kv.base + layer * strides.kvLayer + block * bytes,
        bytes,
      })),
  };
}

/** The registers that count beats; a build of an older version has none. */
function countedTraffic(
  { engines, registers }: Manifest,
  { beatBytes }: Plan,
): Pick<AcceleratorProgram, "traffic"> {
  const counted = engines.every((engine) => registers.some(({ name }) => name === beatCounter(engine)));
  if (!counted) return {};
  const kindOf = (engine: string): keyof TransferredBytes => TRAFFIC[engine] ?? "other";
  return {
    traffic: engines.map((engine) => ({ register: beatCounter(engine), kind: kindOf(engine), beatBytes })),
  };
}

function encode(plan: Plan, layout: MemoryLayout, rows: readonly Row[], image: Uint8Array): EncodedStep {
  const command = encodeStep(plan, layout, rows, image);
  const { descriptors, tables } = layout.regions;
  return {
    memory: [descriptors, tables].map(({ base, bytes }) => ({
      address: base,
      bytes: image.slice(base, base + bytes),
    })),
    command: START_FIELDS.map((register, index) => ({ register, value: numberOf(at(command, index)) })),
    transferred: transferredBytes(plan, layout, rows),
  };
}

function emitsOf({ outputs }: Plan): readonly Emit[] {
  const candidates: readonly Emit[] = outputs.candidates > 1 ? ["topk"] : [];
  return ["none", "argmax", ...candidates, ...(outputs.logits ? (["logits"] as const) : [])];
}

function emissionOf(kind: Emit, row: number, output: RowOutput | undefined): readonly Emission[] {
  if (kind === "none" || output === undefined) return [];
  const { candidates, logits } = output;
  const { token } = at(candidates, 0);
  switch (kind) {
    case "argmax":
      return [{ kind, row, token }];
    case "topk": {
      const tokens = candidates.map((candidate) => candidate.token);
      return [{ kind, row, token, tokens, logits: Float32Array.from(candidates, ({ logit }) => logit) }];
    }
    case "logits":
      return [{ kind, row, token, logits: present(logits, "the row's logits") }];
    default:
      return unreachable(kind);
  }
}

/** A row as the accelerator's memory has it. */
export function toRow({ token, position, kvSlot, blockTable, visible, sequence, emit }: RowDescriptor): Row {
  return { token, position, blocks: blockTable, slot: kvSlot, visible, sequence, emit };
}

function numberOf(value: unknown): number {
  if (typeof value !== "number") throw new CompilerBug("a field of the start command is no number");
  return value;
}
