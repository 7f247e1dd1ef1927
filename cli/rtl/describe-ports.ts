import { at, HwModuleOp, type Operation, present, type Type } from "../../ir/index.ts";
import type { Manifest } from "../schemas/manifest.ts";

/** The ports of a module as a manifest lists them: inputs, then outputs. */
export function describeSignals(module: Operation): Manifest["ports"]["signals"] {
  const { input_names: inputs, output_names: outputs } = present(
    HwModuleOp.match(module),
    "an hw.module",
  ).attrs;
  const { block } = at(module.regions, 0);
  const driven = present(block.ops.at(-1), "an output operation").operands;
  return [
    ...inputs.map((name, index) => signal(name, "in", at(block.args, index).type)),
    ...outputs.map((name, index) => signal(name, "out", at(driven, index).type)),
  ];
}

function signal(name: string, direction: "in" | "out", type: Type): Manifest["ports"]["signals"][number] {
  return { name, direction, bits: type.kind === "int" ? type.width : 1 };
}

/** The register `design_id` as text: 16 hexadecimal digits. */
export function designIdText(id: bigint): string {
  return id.toString(16).padStart(16, "0");
}
