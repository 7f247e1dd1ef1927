import { ok, type Result } from "../../ir/index.ts";
import { type Evaluation, evaluate, type Task } from "./evaluate.ts";

/** Evaluates designs, several at a time if it can; results in the order of the tasks. */
export interface Evaluator {
  readonly evaluateAll: (tasks: readonly Task[]) => Promise<Result<readonly Evaluation[]>>;
  readonly close: () => Promise<void>;
}

/** In this thread, one after the other. */
export const sameThread: Evaluator = {
  evaluateAll: (tasks) => {
    const found: Evaluation[] = [];
    for (const task of tasks) {
      const done = evaluate(task);
      if (done.kind === "error") return Promise.resolve(done);
      found.push(done.value);
    }
    return Promise.resolve(ok(found));
  },
  close: () => Promise.resolve(),
};
