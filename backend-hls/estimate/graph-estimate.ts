import { CompilerBug, type MemoryParameters } from "../../ir/index.ts";
import { PHASES, startFields } from "../graph/index.ts";
import type { NetworkPlan } from "../network/plan-network.ts";
import { elementBits, NetworkReplay } from "../replay/index.ts";
import { outsideStream } from "./outside-stream.ts";

/**
 * Estimates runs of a graph, one after the other: the plan is replayed. Nests on chip take a closed form (interval times
 * iterations, plus their depth), so that no size is too large.
 */
export class GraphEstimator {
  readonly #plan: NetworkPlan;
  readonly #replay: NetworkReplay;

  /** `memory` is the external one; `deviceMemory` makes a device's. */
  constructor(plan: NetworkPlan, memory: MemoryParameters) {
    this.#plan = plan;
    this.#replay = new NetworkReplay(plan, { memories: [{ parameters: memory, image: new Uint8Array(0) }] });
  }

  /**
   * Cycles of a run from the start pulse to the end, as the hardware's register `total` counts them. `start` is the cycle since
   * reset of the start pulse, behind all runs so far: the pace of kernels and the DRAM's refresh depend on it.
   */
  run(phase: keyof typeof PHASES, start: number): number {
    const replay = this.#replay;
    const [command, finished] = [
      outsideStream(this.#plan, "start"),
      replay.link(outsideStream(this.#plan, "finished")),
    ];
    const fields = startFields(this.#plan.schedule).map((field) => (field === "phase" ? PHASES[phase] : 0));
    replay.runTo(start);
    replay.link(command).push(start, 0, elementBits(command, fields));
    if (!replay.runUntil(() => finished.hasElement))
      throw new CompilerBug(`the estimate of ${this.#plan.name} stands still`);
    const last = finished.visibleTime();
    replay.runUntil(() => replay.cycle > last);
    finished.pop(last, 0);
    return last - start;
  }
}
