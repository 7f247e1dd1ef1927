import type { KitSource, ModelKitSource, StartWord } from "../source.ts";
import { hex, textOf } from "../text.ts";

/** `registers.md`: the register map, errors, setup, start command and descriptor for people. */
export function registerMap(source: ModelKitSource): string {
  return textOf([
    "# Registers",
    "",
    `AXI4-Lite slave \`s_axi_control\`, 32-bit words. Design \`${source.design.id}\`.`,
    "",
    "| offset | register | access | fields |",
    "| ------ | -------- | ------ | ------ |",
    ...source.registers.map(
      ({ name, offset, access, fields }) =>
        `| 0x${hex(offset, 3)} | \`${name}\` | ${access} | ${fields.map(describeField).join(", ")} |`,
    ),
    "",
    "`ap_done` is cleared by reading `control`; bits of `interrupt_status` by writing 1. Counters hold the last step.",
    "`design_id` is a constant of the hardware: compare it before anything else. `weights_id` is a note of the host.",
    "",
    "## Errors",
    "",
    "| `error_code` | meaning |",
    "| ------------ | ------- |",
    ...Object.entries(source.error_codes).map(([name, code]) => `| ${String(code)} | \`${name}\` |`),
    "",
    "## Memory",
    "",
    `${String(source.memory_bytes)} bytes at any multiple of 4096; offsets into them:`,
    "",
    "| region | offset | bytes |",
    "| ------ | ------ | ----- |",
    ...source.memory.map(({ name, base, bytes }) => `| ${name} | 0x${hex(base, 8)} | ${String(bytes)} |`),
    "",
    "## Once behind reset",
    "",
    ...words(source.setup),
    "",
    "## Before every step",
    "",
    ...words(source.start_command),
    "",
    "## Row descriptor",
    "",
    `${String(source.row_descriptor.bytes)} bytes each, little endian, from the first byte of region \`rows\`.`,
    "",
    "| bits | field | meaning |",
    "| ---- | ----- | ------- |",
    ...source.row_descriptor.fields.map(
      ({ name, offset_bits, bits, doc }) =>
        `| ${String(offset_bits + bits - 1)}:${String(offset_bits)} | \`${name}\` | ${doc} |`,
    ),
    "",
    `Values of \`emit\`: ${Object.entries(source.row_descriptor.emit)
      .map(([name, code]) => `${String(code)} ${name}`)
      .join(", ")}.`,
  ]);
}

function describeField({ name, lsb, bits }: KitSource["registers"][number]["fields"][number]): string {
  const place = bits === 1 ? String(lsb) : `${String(lsb + bits - 1)}:${String(lsb)}`;
  return `${name} [${place}]`;
}

function words(list: readonly StartWord[]): readonly string[] {
  return [
    "| register | value |",
    "| -------- | ----- |",
    ...list.map(({ register, value }) => `| \`${register}\` | ${describeValue(value)} |`),
  ];
}

function describeValue(value: StartWord["value"]): string {
  switch (value.kind) {
    case "address":
      return `address of the memory + 0x${hex(value.offset)}`;
    case "constant":
      return String(value.value);
    case "rows":
      return "rows of the step";
    case "emitted":
      return "rows that emit";
    case "logit_rows":
      return "rows that want all logits";
  }
}
