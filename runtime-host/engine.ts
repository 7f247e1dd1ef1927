import { at, CompilerBug, type Diagnostic, fail, ok, present, type Result } from "../ir/index.ts";
import { checkRequest } from "./check-request.ts";
import type { Device, Emission, Emit, StepResult } from "./device.ts";
import { noDeviceLeft, requestSpan } from "./diagnostics.ts";
import { carryOut } from "./movement/carry-out.ts";
import { HostStore } from "./movement/host-store.ts";
import type { Move, Moved } from "./movement/moves.ts";
import type { FinishReason, ServingRequest } from "./request.ts";
import { type ChosenToken, emitsFor, sampleToken } from "./sampling/sample.ts";
import { limitsOf, type SchedulerLimits } from "./scheduling/limits.ts";
import { Place } from "./scheduling/place.ts";
import type { Part } from "./scheduling/plan.ts";
import { rowsOf } from "./scheduling/rows.ts";
import { Scheduler } from "./scheduling/scheduler.ts";
import { generatedTokens, type Sequence, startSequence } from "./scheduling/sequence.ts";
import { countersOf, isEnding, type StepRecord, workOf } from "./scheduling/step-record.ts";

/** Who is told what becomes of a request. */
export interface RequestListener {
  /** Once, when it has rows in a step for the first time. */
  readonly onScheduled?: () => void;
  /** Each token of each answer as it comes; `stop` ends that answer (a stop string, say). */
  readonly onToken?: (sample: number, chosen: ChosenToken) => "stop" | "go on";
  /** Once for each answer. */
  readonly onFinish?: (sample: number, reason: FinishReason, diagnostics: readonly Diagnostic[]) => void;
}

/** How an engine schedules; the defaults are the devices' limits, first come first served, prefixes shared, no blocks moved. */
export interface EngineOptions extends Partial<Omit<SchedulerLimits, "blockSize" | "maxContext">> {
  /** Where blocks go that leave a device (default: nowhere; with `preemption: "swap"` as many as the devices have). */
  readonly store?: HostStore | undefined;
}

/** What an operator wants to know. */
export interface EngineLoad {
  readonly running: number;
  readonly waiting: number;
  readonly freeBlocks: number;
  readonly blocks: number;
  /** Tokens of sequences that entered, and those of them whose keys and values were found. */
  readonly prefix: { readonly asked: number; readonly hit: number };
  /** Blocks in the host's memory, and how many were refused because they were not what was put in. */
  readonly host: HostStore["usage"];
}

interface ActiveRequest {
  readonly request: ServingRequest;
  readonly listener: RequestListener;
  readonly sequences: Sequence[];
  isScheduled: boolean;
}

/** One accelerator's share of a step, and what came of it. */
interface Ran {
  readonly place: number;
  readonly parts: readonly Part[];
  readonly result: Result<StepResult>;
}

/**
 * Drives many requests through one device, or several with the same capabilities. {@link Engine.step} is the whole loop: schedule,
 * move, run, postprocess. A sequence is
 *
 *     waiting ──enter──▶ running ──last token, abort, error──▶ finished
 *        ▲                  │
 *        └──── preempt ─────┘   its blocks are given up (recompute) or copied to the host first (swap)
 *
 * and holds KV blocks only while it runs; a request is over when all its sequences are. Requests come, leave and fail while a step
 * is under way: whoever looks at a sequence behind an `await` looks at its state first.
 */
export class Engine {
  readonly #devices: readonly Device[];
  readonly #places: readonly Place[];
  readonly #limits: SchedulerLimits;
  readonly #scheduler: Scheduler;
  readonly #store: HostStore | undefined;
  readonly #active = new Map<string, ActiveRequest>();
  readonly #lost = new Set<number>();
  #arrivals = 0;

  constructor(devices: Device | readonly Device[], options: EngineOptions = {}) {
    this.#devices = "step" in devices ? [devices] : devices;
    this.#limits = limitsOf(
      this.#devices.map(({ capabilities }) => capabilities),
      options,
    );
    this.#store = options.store ?? this.#defaultStore();
    this.#places = this.#devices.map(
      ({ kv, capabilities: { blocks } }, index) =>
        new Place({ index, blocks, limits: this.#limits, movesBlocks: kv !== undefined, store: this.#store }),
    );
    this.#scheduler = new Scheduler(this.#places, this.#limits);
  }

  /** Whether nothing is left to do. */
  get isIdle(): boolean {
    return this.#active.size === 0;
  }

  get load(): EngineLoad {
    const { running, waiting } = this.#scheduler;
    const sum = (pick: (place: Place) => number): number =>
      this.#places.reduce((total, place) => total + pick(place), 0);
    return {
      running: running.length,
      waiting: waiting.length,
      freeBlocks: sum(({ pool }) => pool.free),
      blocks: sum(({ pool }) => pool.size),
      prefix: { asked: sum(({ found }) => found.asked), hit: sum(({ found }) => found.hit) },
      host: this.#store?.usage ?? { prefixBlocks: 0, swapBlocks: 0, refused: 0 },
    };
  }

  /** How the KV cache is set up. */
  get cacheConfig(): Pick<SchedulerLimits, "blockSize" | "window" | "prefixCaching"> & {
    readonly blocks: number;
  } {
    const { blockSize, window, prefixCaching } = this.#limits;
    return { blockSize, window, prefixCaching, blocks: this.load.blocks };
  }

  /** Whether an accelerator is left. */
  get hasDevice(): boolean {
    return this.#lost.size < this.#devices.length;
  }

  /** Why a request cannot be served; undefined: it can. */
  refusal(request: ServingRequest): Result<never> | undefined {
    if (!this.hasDevice) return fail(noDeviceLeft(requestSpan, {}));
    return checkRequest(request, at(this.#devices, 0).capabilities);
  }

  /** Takes a request in; one that can never be served is a diagnostic. */
  add(request: ServingRequest, listener: RequestListener = {}): Result<null> {
    if (this.#active.has(request.id)) throw new CompilerBug(`request ${request.id} is there already`);
    const refused = this.refusal(request);
    if (refused !== undefined) return refused;
    const sequence = startSequence(request, this.#arrivals++);
    this.#active.set(request.id, { request, listener, sequences: [sequence], isScheduled: false });
    this.#scheduler.add(sequence);
    return ok(null);
  }

  /** Ends a request; its blocks are free at once. Requests that are not there are over already. */
  abort(id: string, reason: FinishReason = "abort"): void {
    for (const sequence of [...(this.#active.get(id)?.sequences ?? [])]) this.#finish(sequence, reason);
  }

  /** Ends all requests. */
  abortAll(reason: FinishReason = "abort", diagnostics: readonly Diagnostic[] = []): void {
    for (const { sequences } of [...this.#active.values()])
      for (const sequence of [...sequences]) this.#finish(sequence, reason, diagnostics);
  }

  /** One step of all devices; undefined where there is nothing to do. */
  async step(): Promise<StepRecord | undefined> {
    const plan = this.#scheduler.schedule();
    if (plan.parts.length === 0 && plan.preempted.length === 0) return undefined;
    const moved = await this.#move(plan.moves);
    const parts = plan.parts.filter(isRunning); // not those whose blocks did not arrive, or whose clients left
    const work = workOf({ parts, preempted: plan.preempted, holding: this.#scheduler.running.length });
    const ran = await this.#run(parts);
    const tokens = await this.#postprocess(ran);
    return { ...work, moved, tokens, ...countersOf(ran.map(({ result }) => result)) };
  }

  /** A bug where blocks and tables disagree. */
  check(): void {
    for (const place of this.#places) place.check(this.#scheduler.running);
    if (this.#scheduler.waiting.some(({ blockTable }) => blockTable.length > 0))
      throw new CompilerBug("a sequence that waits has blocks");
  }

  /** Copies every block that may be found again to the store, so that the next engine finds it there. */
  async keepPrefixes(): Promise<void> {
    for (const { pool, index } of this.#places) {
      const moves = pool.remembered
        .filter(({ key }) => this.#store?.has(key) === false)
        .map((found): Move => ({ kind: "save", ...found }));
      const { kv } = at(this.#devices, index);
      if (kv !== undefined) await carryOut(moves, kv, this.#store);
    }
  }

  /** Moves blocks, device by device at the same time; a sequence whose blocks do not arrive computes anew. */
  async #move(moves: readonly (readonly Move[])[]): Promise<Moved> {
    const carried = await Promise.all(
      moves.map((some, place) => carryOut(some, at(this.#devices, place).kv, this.#store)),
    );
    carried.forEach(({ done, failed }, place) => {
      at(this.#places, place).arrived(
        done.filter((move) => !("sequence" in move) || !failed.has(move.sequence)),
      );
      for (const sequence of failed) this.#scheduler.restart(sequence);
    });
    const sum = (pick: (moved: Moved) => number): number =>
      carried.reduce((total, { moved }) => total + pick(moved), 0);
    return {
      blocks: sum(({ blocks }) => blocks),
      bytesOut: sum(({ bytesOut }) => bytesOut),
      bytesIn: sum(({ bytesIn }) => bytesIn),
    };
  }

  /** Every device its share, at the same time. */
  #run(parts: readonly Part[]): Promise<readonly Ran[]> {
    for (const { sequence } of parts) this.#tellScheduled(sequence);
    const { blockSize } = this.#limits;
    const places = [...new Set(parts.map(({ place }) => place))].toSorted((a, b) => a - b);
    return Promise.all(
      places.map(async (place): Promise<Ran> => {
        const share = parts.filter((part) => part.place === place);
        const rows = rowsOf(share, blockSize, (sequence) => this.#emitOf(sequence));
        return { place, parts: share, result: await at(this.#devices, place).step(rows) };
      }),
    );
  }

  /** Keys and values that were computed count, and sequences that are caught up get a token; a share that failed ends its requests. */
  async #postprocess(ran: readonly Ran[]): Promise<readonly number[]> {
    const tokens: number[] = [];
    for (const { parts, result } of ran) {
      if (result.kind === "error") {
        for (const { sequence } of parts) this.#finish(sequence, "error", result.diagnostics);
        continue;
      }
      const ending = parts.filter(isEnding); // as many as rows that gave something
      this.#scheduler.commit(parts.filter(isRunning));
      for (const [n, part] of ending.entries())
        if (isRunning(part)) tokens.push(...this.#append(part.sequence, at(result.value.emissions, n)));
    }
    for (const { place, result } of ran) if (result.kind === "error") await this.#recover(place);
    return tokens;
  }

  #tellScheduled({ request }: Sequence): void {
    const active = this.#active.get(request.id);
    if (active === undefined || active.isScheduled) return;
    active.isScheduled = true;
    active.listener.onScheduled?.();
  }

  /** Behind a failure: whoever lost keys and values computes anew; where the device is gone for good, elsewhere or not at all. */
  async #recover(index: number): Promise<void> {
    const recovery = (await at(this.#devices, index).recover?.()) ?? ok("kept");
    if (recovery.kind === "ok" && recovery.value === "kept") return;
    for (const sequence of this.#scheduler.running)
      if (sequence.place === index) this.#scheduler.restart(sequence);
    const place = at(this.#places, index);
    if (recovery.kind === "ok") {
      place.loseMemory();
      return;
    }
    place.close();
    this.#lost.add(index);
    if (!this.hasDevice) this.abortAll("error", recovery.diagnostics);
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
    const room = Math.min(request.promptIds.length + request.maxTokens, this.#limits.maxContext);
    return tokens.length >= room ? "length" : undefined;
  }

  #finish(sequence: Sequence, reason: FinishReason, diagnostics: readonly Diagnostic[] = []): void {
    if (sequence.state === "finished") return;
    this.#scheduler.finish(sequence);
    const active = present(this.#active.get(sequence.request.id), "an active request");
    const isOver = active.sequences.every(({ state }) => state === "finished");
    if (isOver) this.#active.delete(sequence.request.id);
    active.listener.onFinish?.(sequence.sample, reason, diagnostics);
    const { n = 1 } = sequence.request; // answers that were not begun end with it
    for (let sample = active.sequences.length; isOver && sample < n; sample++)
      active.listener.onFinish?.(sample, reason, diagnostics);
  }

  /** The cheapest output of the device that the sequence's next token can be chosen from. */
  #emitOf(sequence: Sequence): Emit {
    const { emits, candidates } = at(this.#devices, 0).capabilities;
    const fitting = emitsFor(sequence, candidates).find((emit) => emits.includes(emit));
    return present(fitting, "an output of the device that suffices: checkRequest looked");
  }

  #defaultStore(): HostStore | undefined {
    if (this.#limits.preemption !== "swap") return undefined;
    const blocks = this.#devices.reduce((sum, { capabilities }) => sum + capabilities.blocks, 0);
    return new HostStore({ prefixBlocks: 0, swapBlocks: blocks });
  }
}

function isRunning({ sequence }: Part): boolean {
  return sequence.state === "running";
}
