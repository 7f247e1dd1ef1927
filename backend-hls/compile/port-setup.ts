import { present } from "../../ir/index.ts";
import { guardedRegions } from "../network/memory-port.ts";
import type { NetworkPlan } from "../network/plan-network.ts";

/** A part of memory, in bytes from its beginning. */
interface Extent {
  readonly base: number;
  readonly bytes: number;
}

/** A register of a region's bound, and the place in memory that belongs in it. */
export interface SetupWord {
  readonly register: string;
  readonly offset: number;
}

/** What a host writes once into the region registers: reads may go anywhere in memory, a write engine into its part alone. */
export function portSetup(
  plan: NetworkPlan,
  memoryBytes: number,
  writable: Readonly<Record<string, Extent>>,
): readonly SetupWord[] {
  return guardedRegions(plan).flatMap((region) => {
    const isRead = region.startsWith("gmem");
    const { base, bytes } = isRead
      ? { base: 0, bytes: memoryBytes }
      : present(writable[region], `the memory that ${region} writes`);
    return [
      { register: `${region}_base`, offset: base },
      { register: `${region}_limit`, offset: base + bytes },
    ];
  });
}
