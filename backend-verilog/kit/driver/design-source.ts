import type { ModelKitSource, RecordField, StartWord } from "../source.ts";
import { constantName, hex, memberName, textOf } from "../text.ts";
import { rowMembers } from "./design-header.ts";

/** `hidalgo_design.c`: the registers of a step, and how a row becomes a descriptor. */
export function designSource(source: ModelKitSource): string {
  const { fields } = source.row_descriptor;
  return textOf([
    "/* How a step is told to the accelerator. Generated. */",
    '#include "hidalgo_design.h"',
    "",
    ...table("hidalgo_setup", source.setup),
    "",
    ...table("hidalgo_start", source.start_command),
    "",
    "static void put(uint8_t *bytes, size_t lsb, size_t bits, uint64_t value) {",
    "  size_t bit;",
    "  for (bit = 0; bit < bits; bit++) {",
    "    uint8_t *byte = bytes + (lsb + bit) / 8;",
    "    const unsigned shift = (unsigned)((lsb + bit) % 8);",
    "    *byte = (uint8_t)((*byte & ~(1u << shift)) | ((unsigned)((value >> bit) & 1u) << shift));",
    "  }",
    "}",
    "",
    "void hidalgo_pack_row(uint8_t *bytes, const struct hidalgo_row *row, uint32_t block_table,",
    "                      uint32_t context) {",
    "  size_t index;",
    "  for (index = 0; index < HIDALGO_DESCRIPTOR_BYTES; index++) bytes[index] = 0;",
    ...fields.map(
      (field) =>
        `  put(bytes, ${String(field.offset_bits)}, ${String(field.bits)}, ${fieldValue(field, source)});`,
    ),
    ...unused(fields),
    "}",
  ]);
}

function table(name: string, words: readonly StartWord[]): readonly string[] {
  return [
    `const struct hidalgo_start_word ${name}[${String(words.length)}] = {`,
    words.map((word) => `  {HIDALGO_REG_${constantName(word.register)}, ${startValue(word)}}`).join(",\n"),
    "};",
  ];
}

function startValue({ value }: StartWord): string {
  const kind = `HIDALGO_START_${constantName(value.kind)}`;
  switch (value.kind) {
    case "address":
      return `${kind}, 0x${hex(value.offset)}u`;
    case "constant":
      return `${kind}, 0x${hex(value.value)}u`;
    case "rows":
    case "emitted":
    case "logit_rows":
      return `${kind}, 0u`;
  }
}

/** The expression of a field: a member of the row, half of one, or what the step gave. */
function fieldValue({ name }: RecordField, source: ModelKitSource): string {
  if (name === "block_table" || name === "context") return name;
  if (name.endsWith("_high")) return `row->${memberName(name.replace(/_high$/u, ""))} >> 32`;
  const member = memberName(name.replace(/_low$/u, ""));
  return rowMembers(source).some((each) => each.name === member) ? `row->${member}` : "0";
}

/** Parameters that no field of this design takes. */
function unused(fields: readonly RecordField[]): readonly string[] {
  return ["block_table", "context"]
    .filter((name) => !fields.some((field) => field.name === name))
    .map((name) => `  (void)${name};`);
}
