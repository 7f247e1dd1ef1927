import type { Device as DeviceFile } from "../../backend-hls/index.ts";
import { type CompiledDesign, compileDesign, type Design } from "../../cli/index.ts";
import { type Result, renderDiagnostic } from "../../ir/index.ts";
import type { Device } from "../../runtime-host/index.ts";
import { Choices } from "../fuzz/choices.ts";
import { arrayOf, type Configuration, configOf } from "./configurations.ts";
import { type Played, playMixed } from "./play-mixed.ts";
import { randomCheckpoint } from "./random-checkpoint.ts";

/** The value of a result; diagnostics are thrown with their text. */
export function takeValue<T>(result: Result<T>): T {
  if (result.kind === "ok") return result.value;
  throw new Error(result.diagnostics.map(renderDiagnostic).join("\n"));
}

/** A device file with a port as wide as an array's beat. */
export function deviceFor(file: DeviceFile, { pn, pk }: Design["array"]): DeviceFile {
  return { ...file, axi: { ...file.axi, data_bits: 8 * pn * pk } };
}

/** Runs on hardware and lets it go. */
export async function withHardware<T>(
  { open }: CompiledDesign,
  options: Parameters<CompiledDesign["open"]>[0],
  use: (device: Device) => Promise<T>,
): Promise<T> {
  const device = takeValue(await open(options));
  try {
    return await use(device);
  } finally {
    await device.close();
  }
}

/** Compiles a configuration and plays mixed sequences on its hardware and on the reference. */
export async function playConfiguration(
  one: Configuration,
  {
    file,
    seed,
    simulator,
  }: { readonly file: DeviceFile; readonly seed: number; readonly simulator: "embedded" | "verilator" },
): Promise<Played> {
  const array = arrayOf(one);
  const made = compileDesign({
    checkpoint: randomCheckpoint(configOf(one), seed),
    device: deviceFor(file, array),
    array,
    blockSize: one.blockSize,
    maxContext: 24,
    sequences: 4, // one of them lends its blocks to trees
  });
  const design = takeValue(made);
  const options = { sequences: 3, length: 9, choices: new Choices(seed) };
  return withHardware(design, { simulator }, (device) => playMixed(device, design.openReference(), options));
}
