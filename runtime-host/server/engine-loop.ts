import { CompilerBug } from "../../ir/index.ts";
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

  /** Takes in a request that the engine does not refuse. */
  submit(request: ServingRequest, listener: RequestListener): void {
    if (this.engine.add(request, listener).kind === "error")
      throw new CompilerBug(`request ${request.id} was not checked`);
    this.#running ??= this.#run();
  }

  /** Resolves when no request is left. */
  async drain(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  #expectIdle(): void {
    if (!this.engine.isIdle) throw new CompilerBug("requests are there, and none of them goes on");
  }

  async #run(): Promise<void> {
    try {
      while (!this.engine.isIdle) {
        const step = await this.engine.step();
        if (step === undefined) this.#expectIdle();
        else this.#onStep(step);
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.engine.abortAll("error", [engineBroken(requestSpan, { message })]); // those that come next begin anew
    } finally {
      this.#running = undefined;
    }
  }
}
