import type { Device } from "../../runtime-host/index.ts";
import type { Manifest } from "../schemas/manifest.ts";
import type { RunResult } from "../schemas/run.ts";
import type { EngineKind } from "./number-formats.ts";

/** A device that is ready for steps, and what a result says about it. */
export interface OpenedEngine {
  readonly kind: EngineKind;
  readonly device: Device;
  readonly facts: EngineFacts;
  /** Of the device file; undefined where there is no hardware. */
  readonly energy: Manifest["design"]["energy"] | undefined;
}

/** The fields of a result that the engine decides before anything runs. */
type EngineFacts = Pick<
  RunResult,
  | "engine"
  | "simulator"
  | "device"
  | "clock"
  | "precision"
  | "kv_bits"
  | "schedule"
  | "design"
  | "memory_model"
>;
