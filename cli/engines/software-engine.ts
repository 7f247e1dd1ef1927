import {
  type Checkpoint,
  createFloatDecoder,
  createIntegerDecoder,
  createParallelDecoder,
  type QuantizedModel,
  quantizeModel,
  splitModel,
} from "../../frontend/index.ts";
import { createReferenceDevice, type Device, type SequenceDecoder } from "../../runtime-host/index.ts";
import type { NumberFormats } from "./number-formats.ts";
import type { OpenedEngine } from "./opened-engine.ts";

/** Rows of a step where nobody asks for a number: software has no array to fill. */
const defaultRows = 16;

/** What shapes a step on an engine in software. */
export interface SoftwareShape {
  readonly rows?: number | undefined;
  readonly blockSize: number;
  readonly maxContext: number;
  /** Sequences of full length that the KV memory holds (default: 1); as many as rows may be alive at once. */
  readonly sequences?: number | undefined;
  /** Blocks of the KV memory, the null block included, where it holds another number. */
  readonly blocks?: number | undefined;
  /** Parts of the model that are computed apart, as on so many accelerators (default: 1). */
  readonly parts?: number | undefined;
  /** The checkpoint in the numbers of the integer reference (default: int8 throughout). */
  readonly quantized?: QuantizedModel | undefined;
}

/** Opens the integer reference (`reference`) or the float reference (`f32`) behind the device port. */
export function openSoftwareEngine(
  kind: "reference" | "f32",
  checkpoint: Checkpoint,
  formats: NumberFormats,
  shape: SoftwareShape,
): OpenedEngine {
  const facts = {
    engine: kind,
    simulator: null,
    device: null,
    clock: null,
    precision: formats.precision,
    kv_bits: formats.kvBits,
    schedule: null,
    design: null,
    memory_model: null,
  } as const;
  const device = openSoftwareDevice(kind, checkpoint, shape);
  return { kind, device, facts, energy: undefined };
}

/** The device alone. */
export function openSoftwareDevice(
  kind: "reference" | "f32",
  checkpoint: Checkpoint,
  shape: SoftwareShape,
): Device {
  const { rows = defaultRows, blockSize, maxContext, sequences = 1 } = shape;
  const { vocab } = checkpoint.config;
  const { blocks = sequences * Math.ceil(maxContext / blockSize) + 1 } = shape;
  const openDecoder =
    kind === "f32" ? () => createFloatDecoder(checkpoint) : integerOpener(checkpoint, shape);
  return createReferenceDevice({ openDecoder, rows, sequences: rows, blocks, blockSize, maxContext, vocab });
}

function integerOpener(
  checkpoint: Checkpoint,
  { blockSize, parts = 1, quantized = quantizeModel(checkpoint) }: SoftwareShape,
): () => SequenceDecoder {
  if (parts === 1) return () => createIntegerDecoder(quantized, { blockSize });
  const split = splitModel(quantized, parts);
  return () => createParallelDecoder(split, { blockSize });
}
