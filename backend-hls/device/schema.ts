import { z } from "zod";

const positive = z.number().positive();
const count = z.int().nonnegative();
const powerOfTwo = z
  .int()
  .positive()
  .refine((value) => Number.isInteger(Math.log2(value)), { error: "expected a power of two" });

const dram = z.strictObject({
  kind: z.string(),
  mts: positive,
  width_bits: powerOfTwo,
  /** Independent channels of `width_bits`; ports are spread over them evenly. */
  channels: powerOfTwo.default(1),
  banks: powerOfTwo,
  row_bytes: powerOfTwo,
  /** Of all channels together; what `plan` fills. */
  bytes: z.int().positive().optional(),
  ns: z.strictObject({
    trcd: positive,
    trp: positive,
    tcl: positive,
    tras: positive,
    trfc: positive,
    trefi: positive,
    twtr: positive,
    trtw: positive.optional(),
    controller: z.number().nonnegative().optional(),
  }),
});

/** `hidalgo.device/1`: a part or board, with a source for every group of figures. */
export const deviceSchema = z.strictObject({
  schema: z.literal("hidalgo.device/1"),
  name: z.string().regex(/^[a-z0-9-]+$/),
  part: z.string(),
  family: z.enum(["xc7", "xcup", "ecp5", "ice40"]),
  resources: z.strictObject({ dsp: count, lut: count, ff: count, bram18: count, uram: count }),
  clock_mhz: positive,
  axi: z.strictObject({ count: powerOfTwo, data_bits: powerOfTwo, max_outstanding: z.int().positive() }),
  /** What a reference device allows to be built, where that is less than its resources hold. */
  array: z.strictObject({ int8_macs: z.int().positive(), max_rows: z.int().positive() }).optional(),
  /** Absent: memory is on the chip. */
  dram: dram.optional(),
  energy: z.strictObject({
    static_w: z.number().nonnegative(),
    pj_mac8: z.number().nonnegative(),
    pj_mac16: z.number().nonnegative(),
    pj_sram_byte: z.number().nonnegative(),
    pj_dram_byte: z.number().nonnegative(),
  }),
  price_usd: positive.optional(),
  sources: z.record(z.string(), z.string()),
});

/** A device as its file describes it. */
export type Device = z.infer<typeof deviceSchema>;
