/** Contents of a build folder by path (forward slashes, relative). */
export type BuildFiles = ReadonlyMap<string, string | Uint8Array>;

/** The name of the file that makes a folder a build folder. */
export const MANIFEST_FILE = "manifest.json";
