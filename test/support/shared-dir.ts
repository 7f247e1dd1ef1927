import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** The folder of models and texts that may lie beside a checkout; it is not part of the repository. */
export type SharedDir = { readonly kind: "present"; readonly path: string } | { readonly kind: "absent" };

/** Looks for `shared/` beside `checkout`; a test that needs it is skipped, visibly, where it is absent. */
export function sharedDir(checkout = resolve(import.meta.dirname, "../..")): SharedDir {
  const path = resolve(checkout, "../shared");
  return existsSync(path) ? { kind: "present", path } : { kind: "absent" };
}
