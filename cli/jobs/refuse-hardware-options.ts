import { builtSpan, fail, type Result } from "../../ir/index.ts";
import type { EngineKind } from "../engines/number-formats.ts";
import type { SimulationOptions } from "../options/generation-options.ts";
import { optionsConflict } from "./diagnostics.ts";

/** Options of a simulation say nothing to an engine in software: they are refused, not ignored. */
export function refuseHardwareOptions(
  engine: EngineKind,
  { simulator, memory, backPressure, trace }: SimulationOptions,
): Result<never> | undefined {
  if (engine === "rtl") return undefined;
  const given = [
    { option: "--simulator", isGiven: simulator !== "auto" },
    { option: "--memory", isGiven: memory !== undefined },
    { option: "--back-pressure", isGiven: backPressure !== undefined },
    { option: "--trace", isGiven: trace !== undefined },
  ].find(({ isGiven }) => isGiven);
  if (given === undefined) return undefined;
  const problem = `${given.option} is about simulated hardware, --engine ${engine} is software`;
  return fail(optionsConflict(builtSpan(given.option), { problem, expected: "--engine rtl" }));
}
