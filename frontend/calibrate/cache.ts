import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isSystemError } from "../files/byte-source.ts";
import { perInput } from "./collect-statistics.ts";
import type { Calibration, InputStatistics } from "./statistics.ts";

/** Changes when what calibration keeps, or how it is taken, changes. */
const version = 1;

const floats = z.string().transform((text) => {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  return new Float32Array(bytes.buffer);
});
const input = z.object({ largest: floats, samples: floats });
const stored = z.object({
  sha256: z.string(),
  source: z.string(),
  positions: z.int(),
  windows: z.array(z.array(z.int())),
  layers: z.array(z.object({ qkv: input, wo: input, gateUp: input, down: input })),
  head: input,
});

/** Names what a calibration is made from: the same content has the same key, whatever the files are called. */
export function calibrationKey(sha256: string, text: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify([version, sha256, text]))
    .digest("hex");
}

/** A calibration from a folder of earlier ones; undefined: it is not there, or not readable any more. */
export function recallCalibration(folder: string, key: string): Calibration | undefined {
  try {
    const json: unknown = JSON.parse(readFileSync(fileOf(folder, key), "utf8"));
    const parsed = stored.safeParse(json);
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (isSystemError(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Keeps a calibration for the next time; where the folder cannot be written, nothing is kept. */
export function keepCalibration(folder: string, key: string, calibration: Calibration): void {
  const encode = ({ largest, samples }: InputStatistics): object => ({
    largest: base64(largest),
    samples: base64(samples),
  });
  const layers = calibration.layers.map((layer) => perInput((name) => encode(layer[name])));
  const text = JSON.stringify({ ...calibration, layers, head: encode(calibration.head) });
  try {
    mkdirSync(folder, { recursive: true });
    const file = fileOf(folder, key);
    writeFileSync(`${file}.partial`, text);
    renameSync(`${file}.partial`, file);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

function fileOf(folder: string, key: string): string {
  return join(folder, `${key}.json`);
}

function base64(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
}
