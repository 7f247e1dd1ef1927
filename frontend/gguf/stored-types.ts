import type { GgufFile } from "./read-file.ts";
import type { GgufTypeName } from "./tensor-types.ts";

/** How much of a model a file stores in one element type. */
export interface StoredType {
  readonly type: GgufTypeName;
  readonly tensors: number;
  readonly elements: number;
  readonly bytes: number;
}

/** The element types of a file's tensors, the one with the most elements first. */
export function describeStorage({ tensors }: GgufFile): readonly StoredType[] {
  const stored = new Map<GgufTypeName, StoredType>();
  for (const { type, elements, bytes } of tensors.values()) {
    const before = stored.get(type) ?? { tensors: 0, elements: 0, bytes: 0 };
    stored.set(type, {
      type,
      tensors: before.tensors + 1,
      elements: before.elements + elements,
      bytes: before.bytes + bytes,
    });
  }
  return [...stored.values()].toSorted((a, b) => b.elements - a.elements);
}
