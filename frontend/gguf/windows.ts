import type { ModelConfig } from "../checkpoint.ts";
import type { ArchitectureKeys } from "./config.ts";

/**
 * The sliding window and the layers without it: every layer has the window, unless `sliding_window_pattern` names the layers
 * that have it (a list), or says that every n-th has not (a number), as llama.cpp's `set_swa_pattern`.
 */
export function readWindows(
  { keys, prefix }: ArchitectureKeys,
  layers: number,
): Pick<ModelConfig, "window" | "fullLayers"> {
  const window = keys.integer(`${prefix}.attention.sliding_window`, { least: 0, most: 1 << 30 });
  if (window === undefined || window === 0) return { window: undefined, fullLayers: [] };
  const key = `${prefix}.attention.sliding_window_pattern`;
  const pattern = keys.any(key);
  const all = Array.from({ length: layers }, (_, layer) => layer);
  const fullLayers = all.filter((layer) => {
    if (pattern?.kind === "number") return pattern.value > 0 && layer % pattern.value === pattern.value - 1;
    return pattern?.kind === "booleans" && pattern.value[layer] === false;
  });
  if (pattern?.kind === "booleans" && pattern.value.length !== layers)
    keys.complain(key, `has ${String(pattern.value.length)} entries`, `${String(layers)}, one per layer`);
  return fullLayers.length === layers ? { window: undefined, fullLayers: [] } : { window, fullLayers };
}
