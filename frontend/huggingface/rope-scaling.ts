import type { RopeScaling } from "../checkpoint.ts";
import type { RawConfig, RawRope } from "./config-schema.ts";

/** A field, the value it has and the value it would have to have. */
export type Rejection = readonly [field: string, value: string, expected: string];

/** How rotary positions are scaled; or the fields that are missing, or what is not supported. */
export type FoundScaling =
  | { readonly kind: "found"; readonly scaling: RopeScaling }
  | { readonly kind: "incomplete"; readonly missing: readonly string[] }
  | { readonly kind: "rejected"; readonly rejection: Rejection };

/** Reads the scaling from `rope_scaling` (older files) or `rope_parameters` (newer ones). */
export function findRopeScaling(raw: RawConfig): FoundScaling {
  const places = [raw.rope_scaling, raw.rope_parameters];
  const rope = places.find((place) => typeOf(place) !== "default");
  const type = typeOf(rope);
  switch (type) {
    case "default":
      return { kind: "found", scaling: { kind: "none" } };
    case "linear":
      return rope?.factor === undefined
        ? { kind: "incomplete", missing: ["factor"] }
        : { kind: "found", scaling: { kind: "linear", factor: rope.factor } };
    case "llama3":
      return readLlama3(rope ?? {});
    default: {
      const expected = "no scaling, linear or llama3: tables that do not depend on the length of a sequence";
      return { kind: "rejected", rejection: ["rope_scaling type", type, expected] };
    }
  }
}

function typeOf(rope: RawRope | null | undefined): string {
  return rope?.rope_type ?? rope?.type ?? "default";
}

function readLlama3(rope: RawRope): FoundScaling {
  const { factor, low_freq_factor, high_freq_factor, original_max_position_embeddings } = rope;
  const fields = { factor, low_freq_factor, high_freq_factor, original_max_position_embeddings };
  const missing = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (
    factor === undefined ||
    low_freq_factor === undefined ||
    high_freq_factor === undefined ||
    original_max_position_embeddings === undefined
  )
    return { kind: "incomplete", missing };
  if (low_freq_factor >= high_freq_factor) {
    const found = `${String(low_freq_factor)} and high_freq_factor = ${String(high_freq_factor)}`;
    return { kind: "rejected", rejection: ["low_freq_factor", found, "the low one below the high one"] };
  }
  return {
    kind: "found",
    scaling: {
      kind: "llama3",
      factor,
      lowTurns: low_freq_factor,
      highTurns: high_freq_factor,
      context: original_max_position_embeddings,
    },
  };
}

/** Rotary positions that turn only a part of a head, or differ from layer to layer. */
export function rejectRotary(raw: RawConfig): readonly Rejection[] {
  const places = [raw.rope_scaling, raw.rope_parameters];
  const partial = [raw, ...places].map((place) => place?.partial_rotary_factor ?? 1).filter((x) => x !== 1);
  const perKind = places.flatMap((place) => [place?.full_attention, place?.sliding_attention]);
  return [
    ...partial.map(
      (factor): Rejection => ["partial_rotary_factor", String(factor), "1: the whole head is rotated"],
    ),
    ...(perKind.some((parameters) => parameters !== undefined && parameters !== null)
      ? [["rope_parameters", "(a set for each kind of layer)", "one set for all layers"] as const]
      : []),
  ];
}
