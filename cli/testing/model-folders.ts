import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { packageRoot } from "../package-root.ts";

/** The bundled model. */
export const fable = join(packageRoot(), "models", "fable");

/** An empty folder, gone when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "hidalgo-cli-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** What happens to a file of a copied model: other contents, or undefined for a file that is missing. */
export type Damage = Readonly<Record<string, string | Uint8Array | undefined>>;

/** A copy of the bundled model with damaged files, gone when the test ends. */
export function damagedFable(damage: Damage): string {
  const folder = join(temporaryFolder(), "fable");
  cpSync(fable, folder, { recursive: true });
  for (const [name, content] of Object.entries(damage)) {
    if (content === undefined) rmSync(join(folder, name));
    else writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The bundled model's config.json with some fields changed. */
export function changedConfig(fields: Readonly<Record<string, unknown>>): string {
  const config: unknown = JSON.parse(readFileSync(join(fable, "config.json"), "utf8"));
  return JSON.stringify({ ...z.looseObject({}).parse(config), ...fields });
}

/** The bundled model's weights. */
export function weightsFile(): Buffer {
  return readFileSync(join(fable, "model.safetensors"));
}

const headerSchema = z.record(
  z.string(),
  z.looseObject({
    dtype: z.string().optional(),
    shape: z.array(z.number()).optional(),
    data_offsets: z.array(z.number()).optional(),
  }),
);

/** The header of a safetensors file. */
export type TensorHeader = z.infer<typeof headerSchema>;

/** The bundled model's weights with another header, data unchanged. */
export function weightsWithHeader(change: (header: TensorHeader) => TensorHeader): Uint8Array {
  const file = weightsFile();
  const length = Number(file.readBigUInt64LE(0));
  const header = headerSchema.parse(JSON.parse(file.toString("utf8", 8, 8 + length)));
  const text = Buffer.from(JSON.stringify(change(header)));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, file.subarray(8 + length)]);
}
