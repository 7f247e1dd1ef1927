import type { Diagnostic } from "../../ir/index.ts";
import { type HwSimulator, SimulationError } from "../../sim/index.ts";
import { type FuzzBench, TRACE_CYCLES } from "./bench-module.ts";

/** What the hardware did. */
export interface BenchResult {
  /** Cycle of each push or pop and, for outputs, the bits of the element. */
  readonly streams: ReadonlyMap<string, readonly { readonly cycle: number; readonly bits: bigint }[]>;
  readonly finished: boolean;
  /** Cycles that were run. */
  readonly cycles: number;
  /** By cycle: issue bits above busy bits. */
  readonly trace: readonly bigint[];
  /** What the external memory holds at the end. */
  readonly memory: Uint8Array | undefined;
}

/** Cycles run after the last expected element, in which nothing more may come out. */
const AFTERMATH = 200;

/** Resets the bench, runs it to its end and reads its logs. */
export async function simulateBench(
  simulator: HwSimulator,
  bench: FuzzBench,
  limit: number,
): Promise<BenchResult | Diagnostic> {
  try {
    simulator.poke("rst", 1n);
    await simulator.run(2);
    if (bench.image !== undefined) await simulator.writeMemory("memory.store", 0, bench.image);
    simulator.poke("rst", 0n);
    const { stopped, cycles } = await simulator.run(limit, "finished");
    await simulator.run(AFTERMATH);
    const streams = new Map<string, readonly { readonly cycle: number; readonly bits: bigint }[]>();
    for (const { name, path, words, dataBits } of bench.logs) {
      const wordBytes = Math.ceil((32 + dataBits) / 8);
      streams.set(name, entries(await simulator.readMemory(path, 0, words * wordBytes), wordBytes));
    }
    const traceBytes = Math.ceil((2 * bench.kernels.length) / 8);
    const traced = Math.min(TRACE_CYCLES, cycles + AFTERMATH);
    const bytes = await simulator.readMemory("trace", 0, traced * traceBytes);
    const memory =
      bench.image === undefined
        ? undefined
        : await simulator.readMemory("memory.store", 0, bench.image.length);
    return {
      memory,
      streams,
      finished: stopped,
      cycles: cycles + AFTERMATH,
      trace: wordsOf(bytes, traceBytes),
    };
  } catch (error) {
    if (error instanceof SimulationError) return error.diagnostic;
    throw error;
  }
}

function wordsOf(bytes: Uint8Array, size: number): readonly bigint[] {
  return Array.from({ length: bytes.length / size }, (_, index) => {
    let word = 0n;
    for (let k = size - 1; k >= 0; k--) word = (word << 8n) | BigInt(bytes[index * size + k] ?? 0);
    return word;
  });
}

/** Log words up to the first that was never written. */
function entries(
  bytes: Uint8Array,
  wordBytes: number,
): readonly { readonly cycle: number; readonly bits: bigint }[] {
  const words = wordsOf(bytes, wordBytes).map((word) => ({
    cycle: Number(word & 0xffffffffn),
    bits: word >> 32n,
  }));
  const end = words.findIndex(({ cycle }) => cycle === 0xffffffff);
  return end < 0 ? words : words.slice(0, end);
}
