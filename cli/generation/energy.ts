import type { Manifest } from "../schemas/manifest.ts";
import { storedFormats } from "./stored-formats.ts";

/** Work that costs energy, and the time that it took. */
export interface EnergyUse {
  readonly macs: number;
  /** Over the memory ports. */
  readonly bytes: number;
  /** Of every accelerator that is switched on. */
  readonly cycles: number;
}

/** Joules by cause. */
export interface Joules {
  readonly mac: number;
  readonly sram: number;
  readonly dram: number;
  readonly static: number;
}

/** How the energy model is named in results. */
export const ENERGY_MODEL = "macs, dram bytes, sram twice the dram bytes, static power";

/** pJ of one operation to J. */
const joulePerPico = 1e-12;

/**
 * The stated model: each needed MAC (of 16 bits where the weights have 16), each byte over the memory ports, each of these bytes once into and once out
 * of on-chip memory, and static power over all cycles. An estimate from the device file's figures, no measurement.
 */
export function joulesOf(
  { macs, bytes, cycles }: EnergyUse,
  {
    energy,
    clock,
    ...formats
  }: Pick<Manifest["design"], "energy" | "clock"> & Partial<Pick<Manifest["design"], "precision">>,
): Joules {
  const perMac = storedFormats(formats).weights === "bf16" ? energy.pj_mac16 : energy.pj_mac8;
  return {
    mac: macs * perMac * joulePerPico,
    sram: 2 * bytes * energy.pj_sram_byte * joulePerPico,
    dram: bytes * energy.pj_dram_byte * joulePerPico,
    static: (cycles / (clock.mhz * 1e6)) * energy.static_w,
  };
}

/** All of it. */
export function sumJoules({ mac, sram, dram, static: still }: Joules): number {
  return mac + sram + dram + still;
}
