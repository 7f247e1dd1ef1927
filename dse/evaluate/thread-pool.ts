import { Worker } from "node:worker_threads";
import { at, CompilerBug, ok, type Result } from "../../ir/index.ts";
import type { Evaluation, Task } from "./evaluate.ts";
import type { Evaluator } from "./evaluator.ts";

/** This file in source form or as the package has it. */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);

/** Threads that evaluate; what comes out does not depend on how many there are. */
export function openThreads(count: number): Evaluator {
  const workers = Array.from({ length: Math.max(1, count) }, () => new Worker(WORKER));
  const evaluateAll = async (tasks: readonly Task[]): Promise<Result<readonly Evaluation[]>> => {
    const results: Result<Evaluation>[] = [];
    let next = 0;
    const work = async (worker: Worker): Promise<void> => {
      for (let index = next++; index < tasks.length; index = next++)
        results[index] = await ask(worker, at(tasks, index));
    };
    await Promise.all(workers.map(work));
    const found: Evaluation[] = [];
    for (const result of results) {
      if (result.kind === "error") return result;
      found.push(result.value);
    }
    return ok(found);
  };
  const close = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  return { evaluateAll, close };
}

function ask(worker: Worker, task: Task): Promise<Result<Evaluation>> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      worker.off("message", answer);
      worker.off("error", fail);
      worker.off("exit", gone);
    };
    const answer = (result: Result<Evaluation>): void => {
      end();
      resolve(result);
    };
    const fail = (error: unknown): void => {
      end();
      reject(error instanceof Error ? error : new CompilerBug(String(error)));
    };
    const gone = (): void => {
      fail(new CompilerBug("a thread of the exploration ended"));
    };
    worker.on("message", answer);
    worker.on("error", fail);
    worker.on("exit", gone);
    worker.postMessage(task);
  });
}
