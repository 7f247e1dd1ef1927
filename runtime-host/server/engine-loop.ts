import type { Result } from "../../ir/index.ts";
import { engineBroken, requestSpan } from "../diagnostics.ts";
import type { Engine, RequestListener } from "../engine.ts";
import type { ServingRequest } from "../request.ts";
import type { StepRecord } from "../scheduling/step-record.ts";

/** Steps an engine while it has work, and sleeps otherwise. A bug in a step ends the requests that are there, not the server. */
export class EngineLoop {
  readonly engine: Engine;
  readonly #onStep: (step: StepRecord) => void;
  #running: Promise<void> | undefined;

  constructor(engine: Engine, onStep: (step: StepRecord) => void) {
    this.engine = engine;
    this.#onStep = onStep;
  }

  submit(request: ServingRequest, listener: RequestListener): Result<null> {
    const added = this.engine.add(request, listener);
    if (added.kind === "ok") this.#running ??= this.#run();
    return added;
  }

  /** Resolves when no request is left. */
  async drain(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (!this.engine.isIdle) {
        const step = await this.engine.step();
        if (step !== undefined) this.#onStep(step);
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.engine.abortAll("error", [engineBroken(requestSpan, { message })]); // those that come next begin anew
    } finally {
      this.#running = undefined;
    }
  }
}
