import {
  clockConstraint,
  driverFiles,
  fusesocCore,
  hasHexImage,
  IMAGE_FILE,
  imageHex,
  packageScript,
  registerMap,
  testbench,
} from "../../backend-verilog/index.ts";
import { present } from "../../ir/index.ts";
import type { AcceleratorProgram } from "../../runtime-host/index.ts";
import { WEIGHTS_FILE } from "../rtl/build-parts.ts";
import type { Manifest } from "../schemas/manifest.ts";
import { benchSteps } from "./bench-steps.ts";

/** The folder of the kit in a build. */
const KIT_FOLDER = "kit";

/**
 * What a board's user takes from a build beside Verilog and weights: driver, testbench, register map, packages. All of it follows
 * from the manifest but the steps of the testbench, which `program` encodes, and the image of the memory. `part` is what Vivado
 * calls the device.
 */
export function kitFiles(
  manifest: Manifest,
  program: Pick<AcceleratorProgram, "encode">,
  { image, part }: { readonly image: Uint8Array; readonly part: string },
): ReadonlyMap<string, string> {
  const { prompt_ids: promptIds, token_ids: tokenIds } = manifest.self_test;
  const steps = benchSteps(manifest, { promptIds, tokenIds }, program);
  const beatBytes = present(manifest.ports.axi[0], "a memory port").data_bits / 8;
  const hex = hasHexImage(image.length)
    ? [[`${KIT_FOLDER}/tb/${IMAGE_FILE}`, imageHex(image, beatBytes)] as const]
    : [];
  return new Map([
    ["hidalgo.core", fusesocCore(manifest, hex.length > 0 ? `${KIT_FOLDER}/tb/${IMAGE_FILE}` : WEIGHTS_FILE)],
    [`${KIT_FOLDER}/registers.md`, registerMap(manifest)],
    [`${KIT_FOLDER}/vivado/hidalgo.xdc`, clockConstraint(manifest)],
    [`${KIT_FOLDER}/vivado/package_ip.tcl`, packageScript(manifest, part)],
    ...[...driverFiles(manifest)].map(([name, text]) => [`${KIT_FOLDER}/driver/${name}`, text] as const),
    [`${KIT_FOLDER}/tb/hidalgo_tb.v`, testbench(manifest, steps, image.length)],
    ...hex,
  ]);
}
