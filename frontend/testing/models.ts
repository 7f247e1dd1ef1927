import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** The bundled model. */
export const fableFolder = fileURLToPath(new URL("../../models/fable", import.meta.url));

/** Models that the repository does not contain; tests that need them are skipped where they are absent. */
export const sharedModels = fileURLToPath(new URL("../../../shared/models", import.meta.url));
export const hasSharedModels = existsSync(sharedModels);

/** The greedy float32 ids recorded in a model folder's golden.json. */
export function recordedIds(folder: string): readonly number[] {
  const json: unknown = JSON.parse(readFileSync(join(folder, "golden.json"), "utf8"));
  return z.object({ greedy_ids: z.array(z.number()) }).parse(json).greedy_ids;
}
