import { at, type Value } from "../../ir/index.ts";
import type { NetworkPlan, PlannedBuffer } from "../network/plan-network.ts";
import { sharedBanks } from "../pipeline/ports.ts";
import { fifoArea } from "../shell/index.ts";
import { addCells, type CellCounts, NO_CELLS } from "./counts.ts";
import { kernelArea } from "./kernel-area.ts";
import { bankArea } from "./storage-area.ts";

/** A plan's cells, by what they are for. */
export interface PlanArea {
  readonly total: CellCounts;
  readonly kernels: ReadonlyMap<string, CellCounts>;
  readonly buffers: CellCounts;
  readonly queues: CellCounts;
  /** Burst engines, arbiters, registers, counters and watchdog: constants of the shell and what grows with the port. */
  readonly shell: CellCounts;
}

/** Burst engines with their share of the arbiter; registers, counters and watchdog. Assumed figures, not yet measured. */
const SHELL = {
  engine: { lut: 330, ff: 260 },
  perPortBit: { lut: 1, ff: 1 },
  system: { lut: 1500, ff: 1600 },
} as const;

/** The area of everything that the plan's hardware is made of, before synthesis shares or removes anything. */
export function planArea(plan: NetworkPlan): PlanArea {
  const depthOf = (value: Value): number => plan.streams.get(value)?.depth ?? 1;
  const kernels = new Map(
    plan.kernels.map(({ name, scheduled, connections }) => [
      name,
      kernelArea(plan.library, scheduled, (argument) => depthOf(at(connections, argument))),
    ]),
  );
  const buffers = [...plan.buffers.values()].reduce(
    (sum, buffer) => addCells(sum, bufferArea(plan, buffer)),
    NO_CELLS,
  );
  const queues = [...plan.streams.values()].reduce(
    (sum, { width, depth }) => addCells(sum, fifoArea(width, depth)),
    NO_CELLS,
  );
  const shell = shellArea(plan);
  const total = [...kernels.values(), buffers, queues, shell].reduce((sum, part) => addCells(sum, part));
  return { total, kernels, buffers, queues, shell };
}

/** A shared array: the kernels that read a bank have a copy of it each. */
function bufferArea(plan: NetworkPlan, { value, width, layout }: PlannedBuffer): CellCounts {
  let sum = NO_CELLS;
  for (let bank = 0; bank < layout.banks; bank++) {
    const users = plan.kernels.flatMap(({ scheduled, connections }) =>
      sharedBanks(scheduled.graph).filter(
        (use) => use.bank === bank && at(connections, use.argument) === value,
      ),
    );
    const use = {
      readers: users.filter(({ loads }) => loads).length,
      writers: users.filter(({ stores }) => stores).length,
    };
    sum = addCells(sum, bankArea(plan.library, width, layout, use));
  }
  return sum;
}

function shellArea({ bursts }: NetworkPlan): CellCounts {
  const bits = bursts.reduce(
    (widest, { memory }) => Math.max(widest, memory.type.kind === "memory" ? 8 * memory.type.bytes : 0),
    0,
  );
  const engines = addCells(
    addCells(NO_CELLS, SHELL.engine, bursts.length),
    SHELL.perPortBit,
    bits * bursts.length,
  );
  return addCells(engines, SHELL.system);
}
