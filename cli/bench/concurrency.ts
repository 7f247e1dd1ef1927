import { z } from "zod";
import { estimateStep } from "../../backend-hls/index.ts";
import { ok } from "../../ir/index.ts";
import { positiveInteger } from "../options/words.ts";
import type { BenchRow } from "../schemas/bench.ts";
import { type BenchSubject, declareSubject, openSubject, subjectOptions } from "./bench-model.ts";
import { decodeRow } from "./decode-row.ts";
import { defineBench } from "./define-bench.ts";

/** Cycles of a decode step of 1 … T sequences: what batching gives. */
export const concurrency = defineBench({
  name: "concurrency",
  summary: "Cycles per token of 1 to 64 sequences that decode together",
  declare: (command) => {
    declareSubject(command, { rows: 64 });
    command.option("--context <n>", "committed positions of each sequence", "64");
  },
  input: z.object({ ...subjectOptions, context: positiveInteger }),
  run: ({ context, ...options }, { output }) => {
    const blocks = Math.ceil((context + 1) / options.blockSize);
    const subject = openSubject(options, { kvBlocks: 1 + options.rows * blocks });
    if (subject.kind === "error") return Promise.resolve(subject);
    const rows = decodeSteps(subject.value, context);
    const { checkpoint } = subject.value;
    output.line(
      `${checkpoint.id} on ${options.device}, ${String(context)} positions each, exact estimate of the hardware for ${String(options.rows)} rows:`,
    );
    for (const { name, cycles, ratio } of rows)
      output.line(
        `  ${name.padEnd(13)} ${(cycles ?? 0).toFixed(0).padStart(8)} cycles per token, ${(ratio ?? 1).toFixed(2)} x`,
      );
    return Promise.resolve(ok({ rows }));
  },
});

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
