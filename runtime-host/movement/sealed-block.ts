import { createHash } from "node:crypto";

/** A KV block's contents outside a device, and what they have to add up to. */
export interface SealedBlock {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, in hexadecimal. */
  readonly sha256: string;
}

/** Contents as they came out of a device. */
export function sealBlock(bytes: Uint8Array): SealedBlock {
  return { bytes, sha256: digest(bytes) };
}

/** Whether contents are still what was sealed. */
export function isIntact({ bytes, sha256 }: SealedBlock): boolean {
  return digest(bytes) === sha256;
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
