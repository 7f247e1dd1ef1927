import type { RopeScaling } from "../checkpoint.ts";
import type { ArchitectureKeys } from "./config.ts";
import type { GgufFile } from "./read-file.ts";
import { readGgufTensor } from "./read-tensor.ts";

/** Llama 3.1's scaling has no keys: the converter computes the divisor of each speed and stores them as this tensor. */
export const ropeFactorsName = "rope_freqs.weight";

/** How the turning speeds of rotary positions are changed; types that depend on the length of a sequence are rejected. */
export function readRopeScaling(file: GgufFile, about: ArchitectureKeys, headDim: number): RopeScaling {
  const factors = file.tensors.get(ropeFactorsName);
  if (factors === undefined) return readLinear(about);
  const found = factors.elements === headDim / 2 ? readGgufTensor(file.source, factors) : new Float32Array();
  if (found.length > 0 && found.every((factor) => factor > 0 && Number.isFinite(factor)))
    return { kind: "factors", factors: [...found] };
  about.keys.complain(ropeFactorsName, "is no list of divisors", `${String(headDim / 2)} numbers above 0`);
  return { kind: "none" };
}

function readLinear({ keys, prefix }: ArchitectureKeys): RopeScaling {
  const key = `${prefix}.rope.scaling.type`;
  const type = keys.find(key, "text") ?? "linear";
  if (type !== "none" && type !== "linear")
    keys.complain(key, `is ${type}`, "none or linear: tables that do not depend on the length of a sequence");
  // Files from before the type existed have `rope.scale_linear`; a factor of 0 means none.
  const names = ["rope.scaling.factor", "rope.scale_linear"];
  const [factor = 0] = names.flatMap((name) => keys.find(`${prefix}.${name}`, "number") ?? []);
  return type === "linear" && factor > 0 && factor !== 1 ? { kind: "linear", factor } : { kind: "none" };
}
