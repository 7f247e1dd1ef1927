import { createHash } from "node:crypto";
import { type Operation, printModule } from "../../ir/index.ts";
import type { RegisterSpec } from "../shell/index.ts";

/** Bits of the `design_id` register. */
export const DESIGN_ID_BITS = 64;

/**
 * The number by which hardware and files find out that they belong together: the first bits of the SHA-256 over the text of the
 * accelerator's modules and its register map. It cannot cover the module that holds it, and need not: that one follows from both.
 */
export function designIdOf(modules: readonly Operation[], registers: readonly RegisterSpec[]): bigint {
  const hash = createHash("sha256");
  for (const module of modules) hash.update(printModule(module));
  hash.update(JSON.stringify(registers));
  return BigInt(`0x${hash.digest("hex").slice(0, DESIGN_ID_BITS / 4)}`);
}
