import type { Device } from "../../backend-hls/index.ts";
import type { UnitLimits } from "./candidates.ts";

/** DSPs and LUTs of a multiplier and an adder of float32 with the registers, banks and selection around them, about. */
const MAC = { dsp: 2, lut: 900 } as const;
/** What is left to everything else. */
const SHARE = 0.7;
/** More lanes make routing and compilation slow; whoever wants them says so. */
const MOST_MACS = 256;
/** Division and square root are large: one for so many MACs. */
const MACS_PER_QUOTIENT = 16;

/** Float units of a device, by what its resources allow. */
export function unitLimitsOf({ resources: { dsp, lut } }: Pick<Device, "resources">): UnitLimits {
  const macs = Math.max(1, Math.floor(Math.min((SHARE * dsp) / MAC.dsp, (SHARE * lut) / MAC.lut, MOST_MACS)));
  const rare = Math.ceil(macs / MACS_PER_QUOTIENT);
  return { mul: macs, add: macs, sub: macs, div: rare, sqrt: rare, exp: rare, rsqrt: rare };
}
