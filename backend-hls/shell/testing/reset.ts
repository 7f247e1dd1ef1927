import type { Operation } from "../../../ir/index.ts";
import { type HardwareUnit, modulesOf } from "../unit.ts";
import { type Bench, bench } from "./evaluate.ts";

/** The design after one cycle of reset. */
export function resetBench(unit: HardwareUnit | Operation): Bench {
  const whole: HardwareUnit = "module" in unit ? unit : { module: unit, submodules: [] };
  const dut = bench(whole.module, modulesOf(whole));
  dut.set({ rst: 1 });
  dut.tick();
  dut.set({ rst: 0 });
  return dut;
}

/** A repeatable source of numbers below `limit`: xorshift, so that traffic is irregular but the same in every run. */
export function randomSource(seed: number): (limit: number) => number {
  let state = (seed * 2654435761 + 1) >>> 0;
  return (limit) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % limit;
  };
}
