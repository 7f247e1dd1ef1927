import { bitsFor, type Circuit } from "./circuit.ts";
import type { BankedMemory } from "./parameters.ts";

/** The burst that is next for the data bus. */
interface WaitingBurst<V> {
  readonly valid: V;
  readonly bank: V;
  readonly row: V;
}

/** What the banks need to know of the rest of the model. */
export interface BankInputs<V> {
  readonly waiting: WaitingBurst<V>;
  /** A burst holds the data bus. */
  readonly transferring: V;
  readonly transferBank: V;
}

function countDown<V>(c: Circuit<V>, value: V, width: number): V {
  return c.mux(c.eq(value, c.constant(0, width)), value, c.sub(value, c.constant(1, width), width));
}

interface Refresh<V> {
  readonly hold: V;
  readonly start: V;
}

/** Counts tREFI; a due refresh keeps bursts from starting, begins when nothing moves, and lasts tRP + tRFC. */
function refresh<V>(c: Circuit<V>, memory: BankedMemory, quiet: V): Refresh<V> {
  const intervalBits = bitsFor(memory.trefi);
  const blockBits = bitsFor(memory.trp + memory.trfc);
  const interval = c.register("refresh_interval", intervalBits, memory.trefi - 1);
  const due = c.register("refresh_due", 1, 0);
  const block = c.register("refresh_block", blockBits, 0);
  const zero = c.constant(0, intervalBits);
  const elapsed = c.eq(interval.value, zero);
  interval.next(
    c.mux(
      elapsed,
      c.constant(memory.trefi - 1, intervalBits),
      c.sub(interval.value, c.constant(1, intervalBits), intervalBits),
    ),
  );
  const blocked = c.not(c.eq(block.value, c.constant(0, blockBits)));
  const start = c.and(due.value, c.not(blocked), quiet);
  due.next(c.or(elapsed, c.and(due.value, c.not(start))));
  block.next(
    c.mux(start, c.constant(memory.trp + memory.trfc - 1, blockBits), countDown(c, block.value, blockBits)),
  );
  return { hold: c.or(due.value, blocked), start };
}

interface Bank<V> {
  readonly open: V;
  readonly rasDone: V;
  update(activate: V, precharge: V, refreshStart: V): void;
}

/** One bank: whether a row is open, and the time until it may be closed (tRAS). */
function bank<V>(c: Circuit<V>, memory: BankedMemory, index: number): Bank<V> {
  const rasBits = bitsFor(memory.tras);
  const open = c.register(`bank${String(index)}_open`, 1, 0);
  const ras = c.register(`bank${String(index)}_ras`, rasBits, 0);
  return {
    open: open.value,
    rasDone: c.eq(ras.value, c.constant(0, rasBits)),
    update: (activate, precharge, refreshStart) => {
      open.next(c.or(activate, c.and(open.value, c.not(precharge), c.not(refreshStart))));
      ras.next(c.mux(activate, c.constant(memory.tras - 1, rasBits), countDown(c, ras.value, rasBits)));
    },
  };
}

/**
 * Opens the row of the waiting burst while the burst before it still moves data (look-ahead of one), refreshes,
 * and answers whether the waiting burst may take the data bus.
 */
export function bankMachine<V>(c: Circuit<V>, memory: BankedMemory, inputs: BankInputs<V>): V {
  const { waiting, transferring, transferBank } = inputs;
  const bankBits = bitsFor(memory.banks - 1);
  const timerBits = bitsFor(Math.max(memory.trcd, memory.trp));
  const timer = c.register("prepare_timer", timerBits, 0);
  const rows = c.memory("open_rows", memory.banks, rowBits(memory));
  const banks = Array.from({ length: memory.banks }, (_, index) => bank(c, memory, index));
  const selected = banks.map((_, index) => c.eq(waiting.bank, c.constant(index, bankBits)));
  const pick = (bitOf: (of: Bank<V>) => V): V =>
    c.or(...banks.map((of, index) => c.and(selected[index] ?? waiting.valid, bitOf(of))));
  const idle = c.eq(timer.value, c.constant(0, timerBits));
  const allRas = c.and(...banks.map((of) => of.rasDone));
  const { hold, start } = refresh(c, memory, c.and(c.not(transferring), idle, allRas));
  const free = c.and(waiting.valid, idle, c.not(hold));
  const open = pick((of) => of.open);
  const hit = c.and(open, c.eq(rows.read(waiting.bank), waiting.row));
  const busy = c.and(transferring, c.eq(transferBank, waiting.bank));
  const activate = c.and(free, c.not(open));
  const precharge = c.and(
    free,
    open,
    c.not(hit),
    pick((of) => of.rasDone),
    c.not(busy),
  );
  banks.forEach((of, index) => {
    const mine = selected[index] ?? waiting.valid;
    of.update(c.and(activate, mine), c.and(precharge, mine), start);
  });
  rows.write(activate, waiting.bank, waiting.row);
  const loaded = c.mux(
    activate,
    c.constant(memory.trcd - 1, timerBits),
    countDown(c, timer.value, timerBits),
  );
  timer.next(c.mux(precharge, c.constant(memory.trp - 1, timerBits), loaded));
  return c.and(free, hit);
}

/** Bits of a row number of the store. */
export function rowBits(memory: BankedMemory): number {
  return Math.max(1, Math.log2(memory.depthBeats) - Math.log2(memory.rowBeats) - Math.log2(memory.banks));
}
