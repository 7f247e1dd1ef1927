import type { Result } from "../ir/index.ts";

/** What a row gives back: nothing, its greedy token, its best tokens, or all logits. Prefill rows but the last need no head. */
export type Emit = "none" | "argmax" | "topk" | "logits";

/** One token of one sequence in a step: the unit of prefill chunks, decode batches and speculation trees alike. */
export interface RowDescriptor {
  readonly token: number;
  /** Place in the sequence, from 0; feeds the rotary embedding and the window. */
  readonly position: number;
  /**
   * Where this row's key and value go: block · blockSize + offset in the device's KV memory. Rows of one
   * speculation tree may share a position, never a slot.
   */
  readonly kvSlot: number;
  /** The sequence's number, below the device's `sequences`. */
  readonly sequence: number;
  /** Entry b is the block that holds positions b · blockSize and up; entry 0 is the null block, which is never read. */
  readonly blockTable: readonly number[];
  /**
   * Bit i: this row sees row i of the step, itself included. Beside these it sees the committed context: every
   * position of its sequence before the sequence's first row in this step (within the model's window).
   */
  readonly visible: bigint;
  readonly emit: Emit;
}

/** What an emitting row gave. */
export type Emission =
  | { readonly kind: "argmax"; readonly row: number; readonly token: number }
  | {
      readonly kind: "topk";
      readonly row: number;
      /** The greedy token, which is the first of `tokens`. */
      readonly token: number;
      /** As many as the device gives, by falling logit, the lowest first of equals. */
      readonly tokens: readonly number[];
      /** Of these tokens. */
      readonly logits: Float32Array;
    }
  | {
      readonly kind: "logits";
      readonly row: number;
      /** The greedy token. */
      readonly token: number;
      /** [vocab] */
      readonly logits: Float32Array;
    };

/** Where cycles were lost, in the hardware's own words. */
export interface StallCycles {
  readonly dramRead: number;
  readonly dramWrite: number;
  readonly fifoFull: number;
  readonly fifoEmpty: number;
  readonly drain: number;
}

/** Bytes that crossed the memory ports, by what they were. */
export interface TransferredBytes {
  readonly weights: number;
  readonly kvRead: number;
  readonly kvWrite: number;
  readonly other: number;
}

/** What a device with a clock counted during a step; `busy` and the stalls add up to `cycles`. */
export interface StepCounters {
  /** Cycles from reset to the start, where the device knows: what an estimate needs to be exact. */
  readonly started?: number;
  /** What was estimated for `cycles`, where somebody did. */
  readonly estimated?: number;
  /** From the write of start to done. */
  readonly cycles: number;
  /** Idle before this step, since the step before was done. */
  readonly hostGap: number;
  readonly busy: number;
  readonly stalls: StallCycles;
  readonly bytes: TransferredBytes;
  /** Vectors in which a value outside the outlier columns reached the threshold, where the device counts them. */
  readonly outlierMisses?: number;
}

/** What came out of a step. */
export interface StepResult {
  /** One per row that emits, in the order of the rows. */
  readonly emissions: readonly Emission[];
  /** Absent on devices that have no clock. */
  readonly counters?: StepCounters;
}

/** What a device can take. */
export interface DeviceCapabilities {
  /** Rows of a step, at most. */
  readonly rows: number;
  /** Sequences that may be alive at once. */
  readonly sequences: number;
  /** Positions of a KV block. */
  readonly blockSize: number;
  /** Blocks of the KV memory, the null block included. */
  readonly blocks: number;
  /** Positions of a sequence, at most. */
  readonly maxContext: number;
  readonly vocab: number;
  /** What a row may ask for. */
  readonly emits: readonly Emit[];
  /** Tokens of a row that asks for `topk`; 0 where no row can. */
  readonly candidates: number;
  /** Whether masks may be any: rows that share a position. Without, a row sees every earlier row of its sequence. */
  readonly hasTrees: boolean;
}

/** The contents of KV blocks, taken out of a device's memory and put into it, between steps. */
export interface KvPort {
  /** All that the bytes of a block depend on beside model and tokens: a block goes back only where this is the same. */
  readonly format: string;
  /** Keys and values of all layers. */
  readBlock(block: number): Promise<Result<Uint8Array>>;
  /** What {@link readBlock} gave, here or on another device of the same format. */
  writeBlock(block: number, bytes: Uint8Array): Promise<Result<null>>;
}

/** Whether a device's KV memory still holds what it did, behind a failure. */
export type Recovery = "kept" | "lost";

/**
 * The device port: all that the engine knows of an accelerator. The integer reference, the simulated hardware
 * and a board implement it. KV memory is the device's state; the engine owns the allocation of its blocks.
 */
export interface Device {
  readonly capabilities: DeviceCapabilities;
  /**
   * Runs one step of 1 to `rows` rows; the rows of a sequence stand together and in order. An error answer, a
   * crash or a hang of the device is a diagnostic; a descriptor that breaks these rules is a bug of the caller.
   */
  step(rows: readonly RowDescriptor[]): Promise<Result<StepResult>>;
  /** Absent where blocks cannot be moved. */
  readonly kv?: KvPort | undefined;
  /**
   * Called behind a step that failed: makes the device ready for the next one, where that is possible. Absent: it is ready, and
   * its memory is what it was.
   */
  recover?(): Promise<Result<Recovery>>;
  /** Ends processes and removes files of the device; no step follows. */
  close(): Promise<void>;
}
