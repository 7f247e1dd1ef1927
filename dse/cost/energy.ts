import { type Device, type ModelShape, macsAndBytes, PLAIN_INT8 } from "../../backend-hls/index.ts";
import { type Workload, workSteps } from "./workload.ts";

/** Grid intensity and price of electricity, and over how long a board is paid for: assumptions, stated in every report. */
export const ECONOMICS = { gramsCo2PerKwh: 400, usdPerKwh: 0.15, boardYears: 3 } as const;

const JOULES_PER_KWH = 3.6e6;
const SECONDS_PER_YEAR = 3.15576e7;

/** What a token costs by the device's stated model; nothing here is measured. */
export interface TokenCost {
  readonly joules: number;
  readonly split: {
    readonly mac: number;
    readonly sram: number;
    readonly dram: number;
    readonly static: number;
  };
  readonly bytes: number;
  readonly macs: number;
  readonly gramsCo2PerMillion: number;
  /** Electricity, and with a price in the device file the board's share. */
  readonly usdPerMillion: number;
}

/** The stated model for a decode step in the middle of the output: needed products, DRAM bytes, each of them twice through on-chip memory, static power. */
export function tokenCost(
  { energy, price_usd: price }: Device,
  model: ModelShape,
  workload: Workload,
  design: { readonly rows: number; readonly cyclesPerToken: number; readonly clockMhz: number },
): TokenCost {
  const { decode } = workSteps(workload, design.rows);
  const needs = macsAndBytes(model, decode.rows, decode.position + 1);
  const { weights } = model.precision ?? PLAIN_INT8;
  const isWide = weights.kind === "bf16";
  const bytes = (needs.weightBytes + needs.kvReadBytes + needs.kvWriteBytes) / decode.rows;
  const macs = (needs.linearMacs + needs.attentionMacs) / decode.rows;
  const seconds = design.cyclesPerToken / (design.clockMhz * 1e6);
  const split = {
    mac: 1e-12 * macs * (isWide ? energy.pj_mac16 : energy.pj_mac8),
    sram: 1e-12 * 2 * bytes * energy.pj_sram_byte,
    dram: 1e-12 * bytes * energy.pj_dram_byte,
    static: seconds * energy.static_w,
  };
  const joules = split.mac + split.sram + split.dram + split.static;
  const kwh = (1e6 * joules) / JOULES_PER_KWH;
  const board = ((price ?? 0) * 1e6 * seconds) / (ECONOMICS.boardYears * SECONDS_PER_YEAR);
  return {
    joules,
    split,
    bytes,
    macs,
    gramsCo2PerMillion: kwh * ECONOMICS.gramsCo2PerKwh,
    usdPerMillion: kwh * ECONOMICS.usdPerKwh + board,
  };
}
