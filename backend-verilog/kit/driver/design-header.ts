import { present } from "../../../ir/index.ts";
import type { ModelKitSource } from "../source.ts";
import { constantName, hex, memberName, textOf } from "../text.ts";

/** Fields of a descriptor that follow from the step: a caller does not give them. */
const COMPUTED_FIELDS: readonly string[] = ["block_table", "context"];

/** A member of `struct hidalgo_row`; one of more than 32 bits is written as two fields. */
interface RowMember {
  readonly name: string;
  readonly type: "uint32_t" | "uint64_t";
  readonly doc: string;
}

/** What a caller says about a row: the fields of its descriptor but the computed ones, halves joined. */
export function rowMembers({ row_descriptor: { fields } }: ModelKitSource): readonly RowMember[] {
  return fields.flatMap(({ name, doc, bits }): readonly RowMember[] => {
    if (COMPUTED_FIELDS.includes(name) || name.endsWith("_high")) return [];
    const isWide = name.endsWith("_low") || bits > 32;
    return [{ name: memberName(name.replace(/_low$/u, "")), type: isWide ? "uint64_t" : "uint32_t", doc }];
  });
}

/** `hidalgo_design.h`: sizes, places in memory, the row and the functions that depend on its fields. */
export function designHeader(source: ModelKitSource): string {
  return textOf([
    "/* The accelerator's sizes, the layout of its memory and its row. Generated. */",
    "#ifndef HIDALGO_DESIGN_H",
    "#define HIDALGO_DESIGN_H",
    "",
    "#include <stddef.h>",
    "#include <stdint.h>",
    "",
    '#include "hidalgo_regs.h"',
    "",
    ...sizes(source),
    "",
    ...places(source),
    "",
    ...emitKinds(source),
    "",
    ...rowStruct(source),
    "",
    ...startWords(source),
    "",
    "/* Packs a descriptor: HIDALGO_DESCRIPTOR_BYTES bytes, little endian. */",
    "void hidalgo_pack_row(uint8_t *bytes, const struct hidalgo_row *row, uint32_t block_table,",
    "                      uint32_t context);",
    "",
    "#endif",
  ]);
}

function sizes({ design, model, output }: ModelKitSource): readonly string[] {
  return [
    define("ROWS", design.rows),
    define("BLOCK_SIZE", design.block_size),
    define("KV_BLOCKS", design.kv_blocks),
    define("MAX_CONTEXT", design.max_context),
    define("MAX_BLOCKS", Math.ceil(design.max_context / design.block_size)),
    define("VOCAB", model.vocab),
    define("CANDIDATES", output.candidates),
  ];
}

function places(source: ModelKitSource): readonly string[] {
  return [
    "/* Regions of the accelerator's memory: offsets from its first byte. */",
    define("MEMORY_BYTES", source.memory_bytes),
    ...source.memory.flatMap(({ name, base, bytes }) => [
      define(`${name}_BASE`, base),
      define(`${name}_BYTES`, bytes),
    ]),
    define("DESCRIPTOR_BYTES", source.row_descriptor.bytes),
    define("TABLE_BASE", baseOf(source, source.table.region)),
    define("TABLE_BYTES", source.table.bytes),
    define("OUTPUT_BASE", baseOf(source, source.output.region)),
    define("OUTPUT_BYTES", source.output.bytes),
    ...source.output.fields.map((field) => define(`OUTPUT_${field.name}_OFFSET`, field.offset_bits / 8)),
    define(
      "CANDIDATE_BYTES",
      source.output.fields.reduce((sum, { bits }) => sum + bits / 8, 0),
    ),
  ];
}

/** A row that wants all logits has kind 0xff, which no row has, where the accelerator does not give them. */
function emitKinds({ row_descriptor: { emit, emit_place_lsb } }: ModelKitSource): readonly string[] {
  return [
    "/* What a row gives back. */",
    "enum hidalgo_emit {",
    Object.entries(emit)
      .map(([name, code]) => `  HIDALGO_EMIT_${constantName(name)} = ${String(code)}`)
      .join(",\n"),
    "};",
    define("EMIT_KIND_OF_LOGITS", emit["logits"] ?? 0xff),
    "/* Outputs stand in this order: rows that want all logits, then the others that emit. */",
    define("EMIT_PLACE_LSB", emit_place_lsb),
  ];
}

function startWords({ setup, start_command: start }: ModelKitSource): readonly string[] {
  return [
    "enum hidalgo_start_kind {",
    "  HIDALGO_START_ROWS,",
    "  HIDALGO_START_EMITTED,",
    "  HIDALGO_START_LOGIT_ROWS,",
    "  HIDALGO_START_ADDRESS,",
    "  HIDALGO_START_CONSTANT",
    "};",
    "",
    "/* A register and what is written to it: an address is an offset into the accelerator's memory. */",
    "struct hidalgo_start_word {",
    "  uint32_t offset;",
    "  enum hidalgo_start_kind kind;",
    "  uint32_t value;",
    "};",
    "",
    "/* Once after reset. */",
    `extern const struct hidalgo_start_word hidalgo_setup[${String(setup.length)}];`,
    "/* Before every step. */",
    `extern const struct hidalgo_start_word hidalgo_start[${String(start.length)}];`,
  ];
}

function baseOf({ memory }: ModelKitSource, region: string): number {
  return present(
    memory.find(({ name }) => name === region),
    `a region ${region}`,
  ).base;
}

function define(name: string, value: number): string {
  return `#define HIDALGO_${constantName(name)} 0x${hex(value)}u`;
}

function rowStruct(source: ModelKitSource): readonly string[] {
  return [
    "/* A row of a step: one token of one sequence. */",
    "struct hidalgo_row {",
    ...rowMembers(source).map(({ name, type, doc }) => `  ${type} ${name}; /* ${doc} */`),
    "  const uint32_t *blocks; /* entry b is the block of positions b * HIDALGO_BLOCK_SIZE and up */",
    "  size_t block_count;",
    "};",
  ];
}
