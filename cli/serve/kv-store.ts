import { DiskStore, type EngineOptions, HostStore } from "../../runtime-host/index.ts";
import type { OpenedForServing } from "./open-served.ts";
import type { ServeOptions } from "./serve-options.ts";

/** KV blocks on disk, at most: as many as a folder holds without pain. */
const MOST_FILES = 65_536;

/** Where KV blocks go that leave the accelerators; undefined: nowhere. */
export function openKvStore(
  { engines, shape }: OpenedForServing,
  { preemption, kvHostBlocks, kvStore }: ServeOptions,
): EngineOptions["store"] {
  if (preemption === "recompute" && kvHostBlocks === 0 && kvStore === undefined) return undefined;
  const [first] = engines;
  const blocks = engines.reduce((sum, { device }) => sum + device.capabilities.blocks, 0);
  const format = first?.device.kv?.format;
  const identity = [format, shape.sha256, first?.facts.precision, first?.facts.kv_bits].join(" ");
  const disk =
    kvStore === undefined || format === undefined ? undefined : new DiskStore(kvStore, identity, MOST_FILES);
  return new HostStore({ prefixBlocks: kvHostBlocks, swapBlocks: preemption === "swap" ? blocks : 0, disk });
}
