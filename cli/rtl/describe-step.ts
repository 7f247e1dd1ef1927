import {
  type CompiledAccelerator,
  DESCRIPTOR_FIELDS,
  EMIT_KINDS,
  EMIT_PLACE_LSB,
  encodeStep,
  REGION_NAMES,
  type SetupWord,
  START_FIELDS,
} from "../../backend-hls/index.ts";
import { at } from "../../ir/index.ts";
import type { Manifest } from "../schemas/manifest.ts";

/** Bytes and bits of a word of a descriptor, a table or an output. */
const WORD = { bytes: 4, bits: 32 } as const;

/** What the fields of a row descriptor mean; other names speak for themselves. */
const FIELD_DOCS: Readonly<Record<string, string>> = {
  token: "token id, below vocab",
  position: "place in the sequence, from 0, below max_context",
  kv_slot: "where key and value go: block * block_size + offset in the block",
  sequence: "number of the sequence",
  block_table: "address of the row's block table",
  context: "positions of the sequence before its first row of this step",
  emit: "what the row gives back",
  visible_low: "bit i: the row sees row i of the step, itself included",
  visible_high: "the same for rows 32 to 63",
};

/** What a step looks like in memory and registers: the manifest's part for whoever drives the accelerator. */
export function describeStep(
  accelerator: CompiledAccelerator,
): Pick<Manifest, "setup" | "start_command" | "row_descriptor" | "table" | "output"> {
  const { strides } = accelerator.layout;
  const { candidates, logits } = accelerator.plan.outputs;
  return {
    setup: describeSetup(accelerator.setup),
    start_command: describeStart(accelerator),
    row_descriptor: {
      bytes: strides.descriptor,
      fields: DESCRIPTOR_FIELDS.map(({ name }, index) => ({
        name,
        offset_bits: WORD.bits * index,
        bits: WORD.bits,
        doc: FIELD_DOCS[name] ?? name,
      })),
      emit: Object.fromEntries(
        Object.entries(EMIT_KINDS).filter(
          ([kind]) => (kind !== "topk" || candidates > 1) && (kind !== "logits" || logits),
        ),
      ),
      emit_place_lsb: EMIT_PLACE_LSB,
    },
    table: { region: "tables", bytes: strides.table, entry_bits: WORD.bits },
    output: {
      region: "logits",
      bytes: strides.output,
      candidates,
      fields: [
        { name: "token", offset_bits: 0, bits: WORD.bits, type: "i32" },
        { name: "logit", offset_bits: WORD.bits, bits: WORD.bits, type: "f32" },
      ],
    },
  };
}

/** The bounds of the regions: places in memory. */
export function describeSetup(setup: readonly SetupWord[]): Manifest["setup"] {
  return setup.map(({ register, offset }) => ({ register, value: { kind: "address", offset } }));
}

/** The start command of a step of one row says what is constant; regions are places in memory. */
function describeStart({ plan, layout }: CompiledAccelerator): Manifest["start_command"] {
  const row = { token: 0, position: 0, blocks: [1], sequence: 0, emit: "argmax" } as const;
  const command = encodeStep(plan, layout, [row], new Uint8Array(layout.bytes));
  const regions: readonly string[] = REGION_NAMES;
  return START_FIELDS.map((field: string, index) => {
    const register = field;
    const value = Number(at(command, index));
    switch (field) {
      case "rows":
      case "emitted":
      case "logit_rows":
        return { register, value: { kind: field } };
      default:
        return regions.includes(field)
          ? { register, value: { kind: "address", offset: value } }
          : { register, value: { kind: "constant", value } };
    }
  });
}
