import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import type { ModelShape } from "../../backend-hls/index.ts";
import { type Checkpoint, loadModel } from "../../frontend/index.ts";
import { ok, type Result } from "../../ir/index.ts";
import { positiveInteger } from "../options/words.ts";
import { packageRoot } from "../package-root.ts";
import { modelShapeOf } from "../verify/subject.ts";
import { planHardware } from "./plan-hardware.ts";
import type { TimedHardware } from "./timed-device.ts";

/** Adds what says which model is measured on which device. */
export function declareSubject(command: Command, defaults: { readonly rows: number }): void {
  command
    .option("--model <path>", "a model folder or file (default: the bundled model)")
    .option("--device <name>", "a part or board", "ref64")
    .option("--rows <n>", "rows of a step, at most", String(defaults.rows))
    .option("--block-size <n>", "positions of a KV block", "16")
    .option("--max-context <n>", "positions of a sequence", "512");
}

/** What {@link declareSubject} parses to. */
export const subjectOptions = {
  model: z.string().optional(),
  device: z.string(),
  rows: positiveInteger,
  blockSize: positiveInteger,
  maxContext: positiveInteger,
};

/** What is measured. */
export type SubjectOptions = z.output<z.ZodObject<typeof subjectOptions>>;

/** A model with the hardware that is planned for it. */
export interface BenchSubject {
  readonly checkpoint: Checkpoint;
  readonly shape: ModelShape;
  readonly hardware: TimedHardware;
  readonly options: SubjectOptions;
}

/** The sequences that fit into the KV memory, and what a step can give: both decide about hardware and memory. */
export interface SubjectSizes {
  readonly kvBlocks: number;
  readonly outputs?: { readonly candidates: number; readonly logits: boolean };
}

/** The model that is measured. */
export function modelPath({ model }: Pick<SubjectOptions, "model">): string {
  return model ?? join(packageRoot(), "models/fable");
}

/** Reads the model and plans its hardware. */
export function openSubject(
  options: SubjectOptions,
  { kvBlocks, outputs = { candidates: 1, logits: false } }: SubjectSizes,
): Result<BenchSubject> {
  const loaded = loadModel(modelPath(options));
  if (loaded.kind === "error") return loaded;
  const { checkpoint } = loaded.value;
  const shape = modelShapeOf(checkpoint, options);
  const { device, rows } = options;
  const hardware = planHardware(shape, { device, rows, outputs, kvBlocks });
  if (hardware.kind === "error") return hardware;
  return ok({ checkpoint, shape, hardware: hardware.value, options });
}
