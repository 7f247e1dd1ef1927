import { at, CompilerBug, type Diagnostic, ok, present, type Result } from "../ir/index.ts";
import { BlockPool } from "./blocks/block-pool.ts";
import { checkRequest } from "./check-request.ts";
import type { Device, Emission, Emit, StepResult } from "./device.ts";
import type { FinishReason, ServingRequest } from "./request.ts";
import { type ChosenToken, emitsFor, sampleToken } from "./sampling/sample.ts";
import type { SchedulerLimits } from "./scheduling/limits.ts";
import type { Part, StepPlan } from "./scheduling/plan.ts";
import { rowsOf } from "./scheduling/rows.ts";
import { Scheduler } from "./scheduling/scheduler.ts";
import { generatedTokens, type Sequence, startSequence } from "./scheduling/sequence.ts";
import { recordOf, type StepRecord } from "./scheduling/step-record.ts";

/** Who is told what becomes of a request. */
export interface RequestListener {
  /** Each token of each answer as it comes; `stop` ends that answer (a stop string, say). */
  readonly onToken?: (sample: number, chosen: ChosenToken) => "stop" | "go on";
  /** Once for each answer. */
  readonly onFinish?: (sample: number, reason: FinishReason, diagnostics: readonly Diagnostic[]) => void;
}

/** How an engine schedules; the defaults are the device's limits, first come first served, prefixes shared. */
export type EngineOptions = Partial<Omit<SchedulerLimits, "blockSize">>;

interface ActiveRequest {
  readonly request: ServingRequest;
  readonly listener: RequestListener;
  readonly sequences: Sequence[];
}

/**
 * Drives many requests through one device. `step()` is the whole loop: schedule, run, postprocess. A sequence is
 * waiting → running (→ waiting again when preempted) → finished; a request is over when all its sequences are.
 */
export class Engine {
  readonly #device: Device;
  readonly #pool: BlockPool;
  readonly #limits: SchedulerLimits;
  readonly #scheduler: Scheduler;
  readonly #active = new Map<string, ActiveRequest>();
  #arrivals = 0;

  constructor(device: Device, options: EngineOptions = {}) {
    const { rows, sequences, blockSize, blocks } = device.capabilities;
    this.#device = device;
    this.#pool = new BlockPool(blocks);
    this.#limits = {
      rows: Math.min(rows, options.rows ?? rows),
      sequences: Math.min(sequences, options.sequences ?? sequences),
      blockSize,
      window: options.window,
      chunk: Math.min(rows, options.chunk ?? rows),
      policy: options.policy ?? "fcfs",
      prefixCaching: options.prefixCaching ?? true,
    };
    this.#scheduler = new Scheduler(this.#pool, this.#limits);
  }

  /** Whether nothing is left to do. */
  get isIdle(): boolean {
    return this.#active.size === 0;
  }

  /** What an operator wants to know. */
  get load(): {
    readonly running: number;
    readonly waiting: number;
    readonly freeBlocks: number;
    readonly blocks: number;
  } {
    const { running, waiting } = this.#scheduler;
    return {
      running: running.length,
      waiting: waiting.length,
      freeBlocks: this.#pool.free,
      blocks: this.#pool.size,
    };
  }

  /** Takes a request in; one that can never be served is a diagnostic. */
  add(request: ServingRequest, listener: RequestListener = {}): Result<null> {
    if (this.#active.has(request.id)) throw new CompilerBug(`request ${request.id} is there already`);
    const refused = checkRequest(request, this.#device.capabilities);
    if (refused !== undefined) return refused;
    const sequence = startSequence(request, this.#arrivals++);
    this.#active.set(request.id, { request, listener, sequences: [sequence] });
    this.#scheduler.add(sequence);
    return ok(null);
  }

  /** Ends a request; its blocks are free at once. Requests that are not there are over already. */
  abort(id: string, reason: FinishReason = "abort"): void {
    for (const sequence of [...(this.#active.get(id)?.sequences ?? [])]) this.#finish(sequence, reason);
  }

  /** Ends all requests. */
  abortAll(): void {
    for (const id of [...this.#active.keys()]) this.abort(id);
  }

  /** One step of the device; undefined where there is nothing to do. A device that fails ends the requests that took part. */
  async step(): Promise<StepRecord | undefined> {
    const plan = this.#scheduler.schedule();
    if (plan.parts.length === 0) return undefined;
    const rows = rowsOf(plan, this.#limits.blockSize, (sequence) => this.#emitOf(sequence));
    const result = await this.#device.step(rows);
    if (result.kind === "error") {
      const record = recordOf(plan, undefined);
      for (const { sequence } of plan.parts) this.#finish(sequence, "error", result.diagnostics);
      return record;
    }
    return this.#postprocess(plan, result.value);
  }

  /** A bug where blocks and tables disagree. */
  check(): void {
    const { running, waiting } = this.#scheduler;
    this.#pool.check([...running, ...waiting].map(({ blockTable }) => blockTable));
  }

  /** Commits what was computed, appends the tokens that came out, and ends the sequences that have to end. */
  #postprocess(plan: StepPlan, result: StepResult): StepRecord {
    const ending = plan.parts.filter(({ sequence, from, count }) => from + count === sequence.tokens.length);
    const record = recordOf(plan, result.counters);
    const isAlive = ({ sequence }: Part): boolean => sequence.state === "running"; // not aborted meanwhile
    this.#scheduler.commit({ ...plan, parts: plan.parts.filter(isAlive) });
    const tokens = ending.flatMap((part, n) =>
      isAlive(part) ? this.#append(part.sequence, at(result.emissions, n)) : [],
    );
    return { ...record, tokens };
  }

  /** The next token of a sequence; behind the prompt, the first token of each of its request's answers. */
  #append(sequence: Sequence, emission: Emission): readonly number[] {
    const active = present(this.#active.get(sequence.request.id), "an active request");
    const { n = 1 } = sequence.request;
    const isFirst = active.sequences.length === 1 && generatedTokens(sequence).length === 0;
    const twins = Array.from({ length: isFirst ? n - 1 : 0 }, (_, twin) =>
      startSequence(sequence.request, this.#arrivals++, twin + 1),
    );
    active.sequences.push(...twins);
    for (const twin of twins) this.#scheduler.fork(sequence, twin); // while the blocks are still there
    return [sequence, ...twins].map((answer) => {
      const chosen = sampleToken(answer, emission);
      answer.tokens.push(chosen.token);
      const verdict = active.listener.onToken?.(answer.sample, chosen);
      const reason = verdict === "stop" ? verdict : this.#finishReason(answer, chosen.token);
      if (reason !== undefined) this.#finish(answer, reason);
      return chosen.token;
    });
  }

  #finishReason({ request, tokens }: Sequence, token: number): FinishReason | undefined {
    if (request.stopIds.includes(token)) return "stop";
    const room = Math.min(request.promptIds.length + request.maxTokens, this.#device.capabilities.maxContext);
    return tokens.length >= room ? "length" : undefined;
  }

  #finish(sequence: Sequence, reason: FinishReason, diagnostics: readonly Diagnostic[] = []): void {
    if (sequence.state === "finished") return;
    this.#scheduler.finish(sequence);
    const active = present(this.#active.get(sequence.request.id), "an active request");
    if (active.sequences.every(({ state }) => state === "finished")) this.#active.delete(sequence.request.id);
    active.listener.onFinish?.(sequence.sample, reason, diagnostics);
  }

  /** The cheapest output of the device that the sequence's next token can be chosen from. */
  #emitOf(sequence: Sequence): Emit {
    const { emits, candidates } = this.#device.capabilities;
    const fitting = emitsFor(sequence, candidates).find((emit) => emits.includes(emit));
    return present(fitting, "an output of the device that suffices: checkRequest looked");
  }
}
