import { CompilerBug, fail, ok, type Result } from "../ir/index.ts";
import { BlockPool } from "./blocks/block-pool.ts";
import type { Device, RowDescriptor, StepCounters, StepResult } from "./device.ts";
import { blocksExhausted, promptEmpty, promptTooLong, requestSpan, tokenUnknown } from "./diagnostics.ts";
import { scheduleStep } from "./scheduler.ts";
import {
  type FinishReason,
  type GenerationRequest,
  generatedTokens,
  type Sequence,
  startSequence,
} from "./sequence.ts";

/** One step as it went. */
export interface StepRecord {
  readonly rows: number;
  /** Highest position that a row of this step was at. */
  readonly lastPosition: number;
  /** Tokens that came out. */
  readonly tokens: readonly number[];
  /** `prefill` until the first token is out, that step included. */
  readonly phase: "prefill" | "decode";
  /** Absent on devices without clock. */
  readonly counters: StepCounters | undefined;
}

/** A finished request. */
export interface Generation {
  readonly promptIds: readonly number[];
  /** Generated tokens only. */
  readonly tokenIds: readonly number[];
  readonly finishReason: FinishReason;
  readonly steps: readonly StepRecord[];
}

/** How a request is watched and ended from outside. */
export interface GenerationWatch {
  /** Called with each token as it comes. */
  readonly onToken?: (token: number) => void;
  /** Called with each step as it is done. */
  readonly onStep?: (step: StepRecord) => void;
  /** Aborted: generation throws the signal's reason before the next step. */
  readonly signal?: AbortSignal;
}

/** Drives one sequence after the other through a device. */
export class Engine {
  readonly #device: Device;
  readonly #pool: BlockPool;

  constructor(device: Device) {
    this.#device = device;
    this.#pool = new BlockPool(device.capabilities.blocks);
  }

  /** Runs a request to its end. A request that does not fit, and a device that fails, are diagnostics. */
  async generate(request: GenerationRequest, watch: GenerationWatch = {}): Promise<Result<Generation>> {
    const refused = this.#refuse(request);
    if (refused !== undefined) return refused;
    const sequence = startSequence(0, request);
    const steps: StepRecord[] = [];
    try {
      while (sequence.finished === undefined) {
        watch.signal?.throwIfAborted();
        const step = await this.#step(sequence);
        if (step.kind === "error") return step;
        steps.push(step.value);
        watch.onStep?.(step.value);
        for (const token of step.value.tokens) watch.onToken?.(token);
      }
      const { promptIds } = request;
      return ok({ promptIds, tokenIds: generatedTokens(sequence), finishReason: sequence.finished, steps });
    } finally {
      this.#pool.release(sequence.blockTable);
    }
  }

  async #step(sequence: Sequence): Promise<Result<StepRecord>> {
    const schedule = scheduleStep(sequence, this.#pool, this.#device.capabilities);
    if (schedule.kind === "no-space") return fail(blocksExhausted(requestSpan, { short: schedule.short }));
    const result = await this.#device.step(schedule.rows);
    return result.kind === "error" ? result : ok(this.#postprocess(sequence, schedule.rows, result.value));
  }

  /** Commits the rows of a step, appends the token that came out, and ends the sequence where it has to end. */
  #postprocess(sequence: Sequence, rows: readonly RowDescriptor[], result: StepResult): StepRecord {
    const phase = sequence.tokens.length === sequence.request.promptIds.length ? "prefill" : "decode";
    sequence.computed += rows.length;
    const tokens = result.emissions.map((emission) => {
      if (emission.kind !== "argmax")
        throw new CompilerBug(`a row gave ${emission.kind}, it was asked for argmax`);
      return emission.token;
    });
    sequence.tokens.push(...tokens);
    sequence.finished = this.#finishReason(sequence, tokens);
    return {
      rows: rows.length,
      lastPosition: sequence.computed - 1,
      tokens,
      phase,
      counters: result.counters,
    };
  }

  #finishReason(sequence: Sequence, tokens: readonly number[]): FinishReason | undefined {
    const { stopIds, maxTokens, promptIds } = sequence.request;
    if (tokens.some((token) => stopIds.includes(token))) return "stop";
    const room = Math.min(promptIds.length + maxTokens, this.#device.capabilities.maxContext);
    return sequence.tokens.length >= room ? "length" : undefined;
  }

  #refuse({ promptIds, maxTokens }: GenerationRequest): Result<never> | undefined {
    const { maxContext, vocab } = this.#device.capabilities;
    if (maxTokens < 1) throw new CompilerBug("a request asks for at least one token");
    if (promptIds.length === 0) return fail(promptEmpty(requestSpan, {}));
    const unknown = promptIds.find((token) => token < 0 || token >= vocab);
    if (unknown !== undefined) return fail(tokenUnknown(requestSpan, { token: unknown, vocab }));
    if (promptIds.length < maxContext) return undefined;
    return fail(promptTooLong(requestSpan, { tokens: promptIds.length, maxContext }));
  }
}
