import { CompilerBug } from "../../ir/index.ts";

/** Bits of a register with a meaning of their own. */
export interface RegisterField {
  readonly name: string;
  readonly lsb: number;
  readonly bits: number;
}

/** How a host uses a register: `wo` is a command, whose bits are 1 for the cycle behind the write and read as 0. */
export type RegisterAccess = "rw" | "ro" | "wo";

/** A register of the accelerator as the host sees it: `rw` and `wo` are outputs of the control module, `ro` an input. */
export interface RegisterSpec {
  readonly name: string;
  /** Byte offset, a multiple of 4; a register of more than 32 bits takes the next word too. */
  readonly offset: number;
  readonly access: RegisterAccess;
  /** 1 to 64; of a `wo` register 1 to 32. */
  readonly width: number;
  /** What a `rw` register holds behind reset; 0 where absent. */
  readonly initial?: number;
  /** A write during a step is answered with SLVERR and changes nothing. */
  readonly locked?: boolean;
  readonly fields?: readonly RegisterField[];
}

/** One 32-bit word of the register space, as the manifest lists it. */
export interface ManifestRegister {
  readonly name: string;
  readonly offset: number;
  readonly access: RegisterAccess;
  readonly fields: readonly RegisterField[];
}

/** The first offset that `RegisterSpec`s may use; below it stand the control and interrupt registers. */
export const FIRST_REGISTER_OFFSET = 0x10;

/** Control and interrupts, as Vitis hosts know them. */
export const CONTROL_REGISTERS: readonly ManifestRegister[] = [
  {
    name: "control",
    offset: 0x0,
    access: "rw",
    fields: [
      { name: "ap_start", lsb: 0, bits: 1 },
      { name: "ap_done", lsb: 1, bits: 1 },
      { name: "ap_idle", lsb: 2, bits: 1 },
      { name: "ap_ready", lsb: 3, bits: 1 },
    ],
  },
  { name: "interrupt_global", offset: 0x4, access: "rw", fields: [{ name: "enable", lsb: 0, bits: 1 }] },
  {
    name: "interrupt_enable",
    offset: 0x8,
    access: "rw",
    fields: [
      { name: "done", lsb: 0, bits: 1 },
      { name: "error", lsb: 1, bits: 1 },
    ],
  },
  {
    name: "interrupt_status",
    offset: 0xc,
    access: "rw",
    fields: [
      { name: "done", lsb: 0, bits: 1 },
      { name: "error", lsb: 1, bits: 1 },
    ],
  },
];

/** A word of a register: bits `lsb` and up of it. */
export interface RegisterWord {
  readonly register: RegisterSpec;
  readonly name: string;
  readonly offset: number;
  readonly lsb: number;
  readonly bits: number;
}

/** The words of all registers; overlapping or misplaced ones are a bug. */
export function registerWords(registers: readonly RegisterSpec[]): readonly RegisterWord[] {
  const words = registers.flatMap((register): readonly RegisterWord[] => {
    const { name, offset, width } = register;
    if (width <= 32) return [{ register, name, offset, lsb: 0, bits: width }];
    return [
      { register, name: `${name}_lo`, offset, lsb: 0, bits: 32 },
      { register, name: `${name}_hi`, offset: offset + 4, lsb: 32, bits: width - 32 },
    ];
  });
  const taken = new Map<number, string>();
  for (const { name, offset } of words) {
    const other = taken.get(offset);
    if (other !== undefined)
      throw new CompilerBug(`registers ${other} and ${name} share offset ${String(offset)}`);
    if (offset % 4 !== 0 || offset < FIRST_REGISTER_OFFSET)
      throw new CompilerBug(`register ${name} cannot be at offset ${String(offset)}`);
    taken.set(offset, name);
  }
  return words;
}

/** The manifest's `registers`: control words first, then every word in the order of declaration. */
export function manifestRegisters(registers: readonly RegisterSpec[]): readonly ManifestRegister[] {
  const words = registerWords(registers).map(
    ({ register, name, offset, bits }): ManifestRegister => ({
      name,
      offset,
      access: register.access,
      fields: register.fields ?? [{ name: "value", lsb: 0, bits }],
    }),
  );
  return [...CONTROL_REGISTERS, ...words];
}

/** Places registers one behind the other from `FIRST_REGISTER_OFFSET`; 64-bit ones on multiples of 8. */
export function placeRegisters(registers: readonly Omit<RegisterSpec, "offset">[]): readonly RegisterSpec[] {
  let next = FIRST_REGISTER_OFFSET;
  return registers.map((register) => {
    const size = register.width > 32 ? 8 : 4;
    const offset = Math.ceil(next / size) * size;
    next = offset + size;
    return { ...register, offset };
  });
}
