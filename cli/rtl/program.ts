import {
  decodeStep,
  ERROR_CODES,
  encodeStep,
  type MemoryLayout,
  type Plan,
  type Row,
  START_FIELDS,
  transferredBytes,
  WATCHDOG_ERROR,
} from "../../backend-hls/index.ts";
import { at, CompilerBug } from "../../ir/index.ts";
import type { AcceleratorProgram, Emission, EncodedStep, RowDescriptor } from "../../runtime-host/index.ts";
import type { Manifest } from "../schemas/manifest.ts";
import type { BuildParts } from "./build-parts.ts";

/** Error codes by name, as the manifest lists them. */
export const ERROR_TABLE: Readonly<Record<string, number>> = { ...ERROR_CODES, watchdog: WATCHDOG_ERROR };

/** What the host needs to drive a build: the manifest's registers, memory and the encoding of steps. */
export function acceleratorProgram(
  { registers, error_codes: errors, design, model }: Manifest,
  { plan, layout, weights }: BuildParts,
): AcceleratorProgram {
  const { outputs } = layout.regions;
  const image = new Uint8Array(layout.bytes);
  return {
    capabilities: {
      rows: design.rows,
      sequences: 1,
      blockSize: design.block_size,
      blocks: design.kv_blocks,
      maxContext: design.max_context,
      vocab: model.vocab,
      emits: ["none", "argmax"],
    },
    registers: Object.fromEntries(registers.map(({ name, offset }) => [name, offset])),
    errorNames: new Map(Object.entries(errors).map(([name, code]) => [code, name])),
    memory: [{ address: 0, bytes: weights }],
    memoryBytes: layout.bytes,
    outputs: { address: outputs.base, bytes: outputs.bytes },
    encode: (rows) => encode(plan, layout, rows.map(toRow), image),
    decode: (rows, bytes) => {
      image.set(bytes, outputs.base);
      return emissionsOf(decodeStep(layout, rows.map(toRow), image));
    },
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

function emissionsOf(outputs: ReturnType<typeof decodeStep>): readonly Emission[] {
  return outputs.flatMap((output, row): readonly Emission[] =>
    output === undefined ? [] : [{ kind: "argmax", row, token: output.token }],
  );
}

function toRow({ token, position, blockTable, sequence, emit }: RowDescriptor): Row {
  if (emit !== "none" && emit !== "argmax") throw new CompilerBug(`the accelerator cannot emit ${emit}`);
  return { token, position, blocks: blockTable, sequence, emit };
}

function numberOf(value: unknown): number {
  if (typeof value !== "number") throw new CompilerBug("a field of the start command is no number");
  return value;
}
