import type { ArrayShape, Device, ScheduleMode } from "../../backend-hls/index.ts";
import type { Variant } from "../space/space.ts";
import type { ExploreRequest } from "./explore.ts";

/** What is known where nobody explores. */
export interface UsualWishes {
  readonly device: Device;
  readonly variant: Variant;
  readonly clockMhz: number;
  readonly schedule: ScheduleMode;
  /** Rows of a step; undefined: one. */
  readonly rows: number | undefined;
  /** The array, where it is given. */
  readonly shape?: ArrayShape | undefined;
  readonly seed: number;
}

/** Designs that are planned, at most: a second or two. */
const EFFORT = 4;

/**
 * The exploration behind `compile`: one user, a short prompt and a short story; with rows, as many users and a prompt that fills
 * them. The fastest design, or a smaller one within 2 % of it.
 */
export function usualRequest(wishes: UsualWishes): ExploreRequest {
  const { device, variant, clockMhz, schedule, rows = 1, shape, seed } = wishes;
  return {
    device,
    variants: [variant],
    clocksMhz: [clockMhz],
    rows,
    ...(shape === undefined ? {} : { shapes: [shape] }),
    workload: { prompt: Math.max(32, rows), output: 64, batch: rows },
    objective: "throughput",
    schedule,
    seed,
    replay: false,
    effort: EFFORT,
    worth: 1.02,
    patience: 2,
  };
}
