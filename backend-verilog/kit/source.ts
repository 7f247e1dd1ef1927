/** Bits of a register with a meaning of their own. */
interface KitField {
  readonly name: string;
  readonly lsb: number;
  readonly bits: number;
}

/** One 32-bit word of the register space. */
interface KitRegister {
  readonly name: string;
  readonly offset: number;
  /** `wo`: a command, which reads as 0. */
  readonly access: "rw" | "ro" | "wo";
  readonly fields: readonly KitField[];
}

/** Where a word of the start command comes from. */
type StartValue =
  /** The number of rows of the step. */
  | { readonly kind: "rows" }
  /** How many rows of the step emit. */
  | { readonly kind: "emitted" }
  /** How many of them want all logits. */
  | { readonly kind: "logit_rows" }
  /** A place in the accelerator's memory: this offset, and the address of the memory on the board. */
  | { readonly kind: "address"; readonly offset: number }
  | { readonly kind: "constant"; readonly value: number };

/** A register and what the host writes to it. */
export interface StartWord {
  readonly register: string;
  readonly value: StartValue;
}

/** A port of the top module. */
export interface KitSignal {
  readonly name: string;
  readonly direction: "in" | "out";
  readonly bits: number;
}

/** A part of the accelerator's memory; addresses are offsets into it. */
interface KitRegion {
  readonly name: string;
  readonly base: number;
  readonly bytes: number;
}

/** A field of a descriptor or of an output, as far into its record as `offset_bits` says. */
export interface RecordField {
  readonly name: string;
  readonly offset_bits: number;
  readonly bits: number;
}

/**
 * What the kit is made from: the part of `hidalgo.manifest/1` that says how the hardware looks from outside, under the manifest's
 * own names. Nothing else goes into it, so whoever has the manifest has all that a host needs.
 */
export interface KitSource {
  readonly top: string;
  readonly rtl: readonly { readonly path: string }[];
  readonly ports: {
    readonly clock: string;
    readonly reset: string;
    readonly axi: readonly {
      readonly name: string;
      readonly data_bits: number;
      readonly addr_bits: number;
    }[];
    readonly signals: readonly KitSignal[];
  };
  readonly registers: readonly KitRegister[];
  readonly error_codes: Readonly<Record<string, number>>;
  readonly design: {
    /** 16 hexadecimal digits: what the register `design_id` says. */
    readonly id: string;
    readonly clock: { readonly mhz: number };
  };
}

/** The same of a build that runs steps of a model. */
export interface ModelKitSource extends KitSource {
  readonly model: { readonly id: string; readonly vocab: number };
  readonly design: KitSource["design"] & {
    readonly rows: number;
    readonly block_size: number;
    readonly max_context: number;
    readonly kv_blocks: number;
  };
  readonly memory_bytes: number;
  readonly memory: readonly (KitRegion & { readonly crc32: number | null })[];
  readonly setup: readonly StartWord[];
  readonly start_command: readonly StartWord[];
  readonly row_descriptor: {
    readonly bytes: number;
    readonly fields: readonly (RecordField & { readonly doc: string })[];
    readonly emit: Readonly<Record<string, number>>;
    /** The lowest bit, in the word `emit`, of the row's place among those that emit. */
    readonly emit_place_lsb: number;
  };
  readonly table: { readonly region: string; readonly bytes: number; readonly entry_bits: number };
  readonly output: {
    readonly region: string;
    readonly bytes: number;
    readonly candidates: number;
    readonly fields: readonly RecordField[];
  };
  readonly self_test: { readonly prompt_ids: readonly number[]; readonly token_ids: readonly number[] };
}
