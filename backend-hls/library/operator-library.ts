import type { DeviceFamily, MultiplierBlock } from "./table-types.ts";
import { type FamilyTables, TABLES } from "./tables.ts";

/**
 * Share of the clock period that logic cells may use; the rest is for routing, skew and jitter,
 * which no tool before place-and-route knows. Half is the usual budget, and the project's rule is
 * that cell delays between registers must not exceed it.
 */
const LOGIC_SHARE = 0.5;

/** The operators of one device family at one clock. */
export interface OperatorLibrary {
  readonly family: DeviceFamily;
  readonly clockMhz: number;
  readonly periodPs: number;
  /** What chained delays may add up to: the logic share without a register's clock-to-out. */
  readonly usablePeriodPs: number;
  readonly tables: FamilyTables;
}

/** The library of a family at a clock in megahertz. */
export function createOperatorLibrary(family: DeviceFamily, clockMhz: number): OperatorLibrary {
  const tables = TABLES[family];
  const periodPs = Math.floor(1e6 / clockMhz);
  const usablePeriodPs = Math.floor(periodPs * LOGIC_SHARE) - tables.blocks.registerClockToOutPs;
  return { family, clockMhz, periodPs, usablePeriodPs, tables };
}

/** The family's hard multiplier. */
export function multiplierOf(family: DeviceFamily): MultiplierBlock | undefined {
  return TABLES[family].blocks.multiplier;
}
