import type { ModelConfig } from "../checkpoint.ts";
import type { RawConfig } from "./config-schema.ts";
import type { Family } from "./families.ts";

/** The names in `layer_types` that this compiler computes. */
export const layerKinds: readonly string[] = ["full_attention", "sliding_attention"];

/**
 * The sliding window and the layers without it. `layer_types` decides where it is there; else every layer of a Mistral
 * model has the window, and of a Qwen model with `use_sliding_window` the layers from `max_window_layers` on.
 */
export function resolveWindows(family: Family, raw: RawConfig): Pick<ModelConfig, "window" | "fullLayers"> {
  const window = windowSize(family, raw);
  if (window === undefined) return { window, fullLayers: [] };
  const layers = Array.from({ length: raw.num_hidden_layers }, (_, layer) => layer);
  const fullLayers = layers.filter((layer) => isFull(family, raw, layer));
  return fullLayers.length === layers.length ? { window: undefined, fullLayers: [] } : { window, fullLayers };
}

/** `null` means none, absence the family's own; Llama has none whatever the file says. */
function windowSize(family: Family, raw: RawConfig): number | undefined {
  if (family.windows === "none") return undefined;
  if (family.windows === "asked" && raw.use_sliding_window !== true) return undefined;
  return raw.sliding_window === undefined ? family.absent.window : (raw.sliding_window ?? undefined);
}

function isFull(family: Family, raw: RawConfig, layer: number): boolean {
  if (raw.layer_types) return raw.layer_types[layer] === "full_attention";
  return family.windows === "asked" && layer < (raw.max_window_layers ?? family.absent.maxWindowLayers);
}
