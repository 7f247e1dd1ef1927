import { z } from "zod";
import { estimateStep } from "../../backend-hls/index.ts";
import { at, ok, present, type Result } from "../../ir/index.ts";
import { positiveInteger, tokenIds } from "../options/words.ts";
import type { BenchRow } from "../schemas/bench.ts";
import {
  type BenchSubject,
  declareSubject,
  openSubject,
  type SubjectOptions,
  subjectOptions,
} from "./bench-model.ts";
import { decodeDescriptor, decodeRow } from "./decode-row.ts";
import { defineBench } from "./define-bench.ts";
import { openHardware } from "./open-hardware.ts";

/** Cycles of a decode step of 1 … T sequences: what batching gives. */
export const concurrency = defineBench({
  name: "concurrency",
  summary: "Cycles per token of 1 to 64 sequences that decode together",
  declare: (command) => {
    declareSubject(command, { rows: 64 });
    command
      .option("--context <n>", "committed positions of each sequence", "64")
      .option("--rtl <counts>", "sequences that also decode on the simulated hardware, such as 1,16,64");
  },
  input: z
    .object({ ...subjectOptions, context: positiveInteger, rtl: tokenIds.optional() })
    .refine(({ rtl = [], rows }) => rtl.every((count) => count >= 1 && count <= rows), {
      path: ["rtl"],
      message: "expected numbers from 1 to --rows",
    }),
  run: async ({ context, rtl: counts = [], ...options }, { output }) => {
    const blocks = Math.ceil((context + 1) / options.blockSize);
    const subject = openSubject(options, { kvBlocks: 1 + options.rows * blocks });
    if (subject.kind === "error") return subject;
    const rows = decodeSteps(subject.value, context);
    const { checkpoint } = subject.value;
    output.line(
      `${checkpoint.id} on ${options.device}, ${String(context)} positions each, exact estimate of the hardware for ${String(options.rows)} rows:`,
    );
    for (const { name, cycles, ratio } of rows)
      output.line(
        `  ${name.padEnd(13)} ${(cycles ?? 0).toFixed(0).padStart(8)} cycles per token, ${(ratio ?? 1).toFixed(2)} x`,
      );
    const simulated = await simulateDecodes(options, context, counts);
    if (simulated.kind === "error") return simulated;
    for (const { name, cycles } of simulated.value)
      output.line(
        `  ${name.padEnd(13)} ${cycles.toFixed(0).padStart(8)} cycles per token, counted by the simulated hardware`,
      );
    return ok({ rows: [...rows, ...simulated.value] });
  },
});

/** The decode steps of so many sequences on the simulated hardware, one after another. */
async function simulateDecodes(
  options: SubjectOptions,
  context: number,
  counts: readonly number[],
): Promise<Result<(BenchRow & { readonly cycles: number })[]>> {
  if (counts.length === 0) return ok([]);
  const { blockSize, rows: most } = options;
  const kvBlocks = most * Math.ceil((context + 1) / blockSize);
  const opened = await openHardware({ ...options, engine: "rtl", accelerators: 1, kvBlocks });
  if (opened.kind === "error") return opened;
  const { hardware, time } = opened.value;
  const rows: (BenchRow & { readonly cycles: number })[] = [];
  try {
    for (const sequences of counts) {
      const step = Array.from({ length: sequences }, (_, n) => decodeDescriptor(n, context, blockSize));
      const result = await at(hardware.devices, 0).step(step);
      if (result.kind === "error") return result;
      const { cycles, estimated } = present(result.value.counters, "the hardware's counters");
      rows.push({
        name: `${String(sequences)} sequences`,
        cycles: cycles / sequences,
        clock_mhz: hardware.clockMhz,
        method: `cycles of one decode step ÷ sequences, ${time}`,
        estimated: estimated === undefined ? null : estimated / sequences,
      });
    }
    return ok(rows);
  } finally {
    await opened.value.close();
  }
}

/** A row of the table for 1, 2, 4, … sequences. */
function decodeSteps({ hardware, options }: BenchSubject, context: number): BenchRow[] {
  const { blockSize } = options;
  const { clockMhz, memory } = hardware;
  const tokenCycles = (sequences: number): number => {
    const rows = Array.from({ length: sequences }, (_, n) => decodeRow(n, context, blockSize));
    return estimateStep(hardware, rows, { memory }).cycles / sequences;
  };
  const alone = tokenCycles(1);
  return powersUpTo(options.rows).map((sequences) => {
    const cycles = sequences === 1 ? alone : tokenCycles(sequences);
    return {
      name: `${String(sequences)} sequences`,
      cycles,
      baseline_cycles: alone,
      ratio: alone / cycles,
      clock_mhz: clockMhz,
      method: "cycles of one decode step ÷ sequences, exact estimate; baseline: one sequence",
    };
  });
}

function powersUpTo(most: number): readonly number[] {
  return Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, power) => 2 ** power);
}
