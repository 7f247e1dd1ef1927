import type { Device, GraphRequest } from "../../backend-hls/index.ts";
import type { Limits } from "../search/resources.ts";
import type { UnitLimits } from "./candidates.ts";

/** What is to be least: the time of a run, or the share of the device. */
export const KERNEL_OBJECTIVES = ["latency", "throughput", "area"] as const;
type KernelObjective = (typeof KERNEL_OBJECTIVES)[number];

/** What is explored, for what, and how long. */
export interface KernelExploreRequest extends GraphRequest {
  readonly device: Device;
  readonly objective: KernelObjective;
  readonly limits?: Limits | undefined;
  /** Float units at most, where a user says so. */
  readonly units: UnitLimits;
  readonly seed: number;
  /** Designs that are planned, mapped and replayed, at most. */
  readonly effort: number;
  /** A smaller design is taken where it is worse by no more than this factor. */
  readonly worth: number;
}
