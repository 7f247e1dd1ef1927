import type { Attributes } from "../../core/attribute.ts";

/** Attributes but for some names. */
export function withoutAttributes(attributes: Attributes, ...names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}
