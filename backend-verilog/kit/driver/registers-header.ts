import type { KitSource } from "../source.ts";
import { constantName, hex, textOf } from "../text.ts";

/** `hidalgo_regs.h`: offsets and fields of every register, error codes, the hardware's identity. */
export function registersHeader({ registers, error_codes, design }: KitSource): string {
  return textOf([
    "/* Registers of the accelerator: byte offsets from the base of s_axi_control. Generated. */",
    "#ifndef HIDALGO_REGS_H",
    "#define HIDALGO_REGS_H",
    "",
    `#define HIDALGO_DESIGN_ID_LOW 0x${design.id.slice(8)}u`,
    `#define HIDALGO_DESIGN_ID_HIGH 0x${design.id.slice(0, 8)}u`,
    `#define HIDALGO_REGISTER_BYTES 0x${hex(spaceOf(registers))}u`,
    "",
    ...registers.flatMap(({ name, offset, access, fields }) => [
      `#define HIDALGO_REG_${constantName(name)} 0x${hex(offset, 2)}u /* ${access} */`,
      ...fields
        .filter((field) => field.name !== "value")
        .map(
          (field) =>
            `#define HIDALGO_${constantName(name)}_${constantName(field.name)} 0x${hex(mask(field))}u`,
        ),
    ]),
    "",
    "/* Why a step ended, as the register error_code says it. */",
    "enum hidalgo_error {",
    ...Object.entries(error_codes).map(
      ([name, code]) => `  HIDALGO_ERROR_${constantName(name)} = ${String(code)},`,
    ),
    `  HIDALGO_ERROR_CODES = ${String(Math.max(...Object.values(error_codes)) + 1)}`,
    "};",
    "",
    "#endif",
  ]);
}

/** Bytes of the register space: a power of two, as address decoders want it. */
export function spaceOf(registers: KitSource["registers"]): number {
  const last = Math.max(...registers.map(({ offset }) => offset));
  return 2 ** Math.ceil(Math.log2(last + 4));
}

function mask({ lsb, bits }: { readonly lsb: number; readonly bits: number }): number {
  return (2 ** bits - 1) * 2 ** lsb;
}
