import type { KernelGraph } from "../kernel/node.ts";
import { LoopWalk } from "./loop-walk.ts";

/** Iterations of a command whose fields bound no loop. */
export function commandIterations(graph: KernelGraph): number {
  return new LoopWalk(graph).begin([]);
}
