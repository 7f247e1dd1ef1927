import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The bundled model. */
export const fableFolder = fileURLToPath(new URL("../../models/fable", import.meta.url));

/** Models that the repository does not contain; tests that need them are skipped where they are absent. */
export const sharedModels = fileURLToPath(new URL("../../../shared/models", import.meta.url));
export const hasSharedModels = existsSync(sharedModels);
