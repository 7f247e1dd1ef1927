// A thread of the exploration: a task comes in, its evaluation goes out.
import { parentPort } from "node:worker_threads";
import { evaluate, type Task } from "./evaluate.ts";

parentPort?.on("message", (task: Task) => {
  parentPort?.postMessage(evaluate(task));
});
