import { type Diagnostic, fail, ok, present, type Result } from "../ir/index.ts";
import type { Device } from "./device.ts";
import { Engine } from "./engine.ts";
import { type FinishReason, GREEDY } from "./request.ts";
import type { StepRecord } from "./scheduling/step-record.ts";

/** What is asked for: greedy tokens after a prompt. */
export interface GenerationRequest {
  /** At least one id. */
  readonly promptIds: readonly number[];
  /** Tokens to generate, at most; at least 1. */
  readonly maxTokens: number;
  /** Tokens that end the sequence; the one that does is part of the result. */
  readonly stopIds: readonly number[];
}

/** A finished request. */
export interface Generation {
  readonly promptIds: readonly number[];
  /** Generated tokens only. */
  readonly tokenIds: readonly number[];
  readonly finishReason: "stop" | "length";
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

/** Runs one request alone to its end. A request that does not fit, and a device that fails, are diagnostics. */
export async function generate(
  device: Device,
  request: GenerationRequest,
  watch: GenerationWatch = {},
): Promise<Result<Generation>> {
  const engine = new Engine(device);
  const tokenIds: number[] = [];
  const steps: StepRecord[] = [];
  const outcome: { reason?: FinishReason; diagnostics: readonly Diagnostic[] } = { diagnostics: [] };
  const added = engine.add(
    { ...request, id: "alone", sampling: GREEDY },
    {
      onToken: (_, { token }) => {
        tokenIds.push(token);
        return "go on";
      },
      onFinish: (_, reason, diagnostics) => {
        Object.assign(outcome, { reason, diagnostics });
      },
    },
  );
  if (added.kind === "error") return added;
  while (!engine.isIdle) {
    watch.signal?.throwIfAborted();
    const step = present(await engine.step(), "a step of a request that is not over");
    if (outcome.reason === "error") return fail(...outcome.diagnostics);
    steps.push(step);
    watch.onStep?.(step);
    for (const token of step.tokens) watch.onToken?.(token);
  }
  const finishReason = outcome.reason === "stop" ? "stop" : "length";
  return ok({ promptIds: request.promptIds, tokenIds, finishReason, steps });
}
