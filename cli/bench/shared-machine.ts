import { loadDevice, StepEstimator } from "../../backend-hls/index.ts";
import type { Checkpoint } from "../../frontend/index.ts";
import { ok, present, type Result } from "../../ir/index.ts";
import type { Device, RowDescriptor } from "../../runtime-host/index.ts";
import { chooseMemory } from "../rtl/choose-memory.ts";
import { compileDesign } from "../rtl/open-design.ts";
import { toRow } from "../rtl/program.ts";
import { partOf } from "../rtl/shared-model.ts";
import { modelShapeOf } from "../verify/subject.ts";
import type { SubjectOptions } from "./bench-model.ts";
import { decodeDescriptor } from "./decode-row.ts";
import { chooseArray } from "./plan-hardware.ts";

/** What is built: so many accelerators that share a model. */
export interface SharedDesign {
  readonly options: SubjectOptions;
  readonly checkpoint: Checkpoint;
  readonly parts: number;
  readonly linkLatency: number;
  /** Committed positions of each sequence. */
  readonly context: number;
  /** Whether the hardware is simulated too. */
  readonly isMeasured: boolean;
}

/** Cycles of a step. */
export interface StepCycles {
  readonly estimated: number;
  /** As the hardware counted, where it was simulated. */
  readonly measured: number | undefined;
}

/** Accelerators that share a model, planned and, where that is wanted, simulated. */
export interface SharedMachine {
  /** One token of so many sequences. */
  decode(sequences: number): Promise<Result<StepCycles>>;
  close(): Promise<void>;
}

/** Compiles the part of a model and opens all accelerators that share it. */
export async function openSharedMachine(design: SharedDesign): Promise<Result<SharedMachine>> {
  const { options, checkpoint, parts, linkLatency, context, isMeasured } = design;
  const { blockSize, maxContext, rows } = options;
  const file = loadDevice(options.device);
  if (file.kind === "error") return file;
  const array = chooseArray(partOf(modelShapeOf(checkpoint, options), parts), options);
  if (array.kind === "error") return array;
  const outputs = { candidates: 1, logits: false };
  const made = compileDesign({
    ...{ checkpoint, device: file.value, parts, blockSize, maxContext },
    array: { ...array.value, outputs },
    sequences: Math.ceil((rows * (Math.floor(context / blockSize) + 1) * blockSize) / maxContext),
  });
  if (made.kind === "error") return made;
  const { compiled } = made.value;
  const sizes = { memoryBytes: compiled.layout.bytes, beatBytes: compiled.plan.beatBytes };
  const memory = chooseMemory(undefined, file.value, { ...sizes, clockMhz: file.value.clock_mhz });
  if (memory.kind === "error") return memory;
  const estimator = new StepEstimator(compiled, { memory: memory.value.parameters, linkLatency });
  const opened = isMeasured ? await made.value.open({ linkLatency }) : undefined;
  if (opened?.kind === "error") return opened;
  const device = opened?.value;
  return ok({
    decode: (sequences) => {
      const steps = Array.from({ length: sequences }, (_, n) => decodeDescriptor(n, context, blockSize));
      return decodeOn(device, estimator, steps);
    },
    close: () => device?.close() ?? Promise.resolve(),
  });
}

async function decodeOn(
  device: Device | undefined,
  estimator: StepEstimator,
  rows: readonly RowDescriptor[],
): Promise<Result<StepCycles>> {
  const encoded = rows.map(toRow);
  if (device === undefined) return ok({ estimated: estimator.step(encoded).cycles, measured: undefined });
  const stepped = await device.step(rows);
  if (stepped.kind === "error") return stepped;
  const { cycles, started } = present(stepped.value.counters, "counters of hardware");
  return ok({ estimated: estimator.step(encoded, started).cycles, measured: cycles });
}
