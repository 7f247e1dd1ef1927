import { z } from "zod";
import { estimateStep, type ModelShape } from "../../backend-hls/index.ts";
import { ok, type Result } from "../../ir/index.ts";
import { positiveInteger } from "../options/words.ts";
import type { BenchRow } from "../schemas/bench.ts";
import { declareSubject, openSubject, type SubjectOptions, subjectOptions } from "./bench-model.ts";
import { decodeRow } from "./decode-row.ts";
import { type BenchTable, defineBench } from "./define-bench.ts";
import { planHardware } from "./plan-hardware.ts";

/** Accelerators that are compared. */
const COUNTS = [1, 2, 4] as const;

/**
 * The link that tensor parallel accelerators exchange over, an assumption: as wide as the memory port in each direction, and so many
 * cycles from one to the other. Nothing overlaps.
 */
const LINK_LATENCY = 64;

/** Bytes of a partial sum, and of a largest magnitude. */
const WORD = 4;

interface Measured {
  readonly sequences: number;
  readonly accelerators: number;
  readonly data: number;
  /** Undefined where the model has no such parts. */
  readonly tensor: { readonly compute: number; readonly exchange: number } | undefined;
}

/** Cycles per token of a decode step on several accelerators. */
export const accelerators = defineBench({
  name: "accelerators",
  summary: "Cycles per token of 1, 2 and 4 accelerators, data and tensor parallel",
  declare: (command) => {
    declareSubject(command, { rows: 16 });
    command.option("--context <n>", "committed positions of each sequence", "64");
  },
  input: z.object({ ...subjectOptions, context: positiveInteger }),
  run: ({ context, ...options }, { output }) => {
    const measured: Measured[] = [];
    for (const sequences of [1, options.rows])
      for (const count of COUNTS) {
        const one = measure(options, { sequences, accelerators: count, context });
        if (one.kind === "error") return Promise.resolve(one);
        measured.push(one.value);
      }
    for (const { sequences, accelerators: n, data, tensor } of measured)
      output.line(
        `${String(sequences)} sequences, ${String(n)} accelerators: data parallel ${data.toFixed(0)} cycles per token${
          tensor === undefined
            ? ""
            : `, tensor parallel ${(tensor.compute + tensor.exchange).toFixed(0)} (${tensor.compute.toFixed(0)} computing, ${tensor.exchange.toFixed(0)} exchanging by the link's model)`
        }`,
      );
    return Promise.resolve(ok(tableOf(measured)));
  },
});

/** One decode step of so many sequences on so many accelerators. */
function measure(
  options: SubjectOptions,
  {
    sequences,
    accelerators: count,
    context,
  }: { readonly sequences: number; readonly accelerators: number; readonly context: number },
): Result<Measured> {
  const blocks = Math.floor(context / options.blockSize) + 1;
  const kvBlocks = 1 + options.rows * blocks;
  const whole = openSubject(options, { kvBlocks });
  if (whole.kind === "error") return whole;
  const { shape, hardware } = whole.value;
  const step = (rows: number): number => {
    const { memory } = hardware;
    return estimateStep(hardware, rowsOf(rows, context, options.blockSize), { memory }).cycles;
  };
  const data = step(Math.ceil(sequences / count)) / sequences;
  const part = partOf(shape, count);
  if (part === undefined) return ok({ sequences, accelerators: count, data, tensor: undefined });
  const { device, rows } = options;
  const shard = planHardware(part, { device, rows, outputs: { candidates: 1, logits: false }, kvBlocks });
  if (shard.kind === "error") return shard;
  const { memory, plan } = shard.value;
  const compute = estimateStep(shard.value, rowsOf(sequences, context, options.blockSize), { memory }).cycles;
  const exchange = exchangeCycles(shape, { count, sequences, linkBytes: plan.beatBytes });
  const tensor = { compute: compute / sequences, exchange: exchange / sequences };
  return ok({ sequences, accelerators: count, data, tensor });
}

function rowsOf(sequences: number, context: number, blockSize: number) {
  return Array.from({ length: sequences }, (_, n) => decodeRow(n, context, blockSize));
}

/** The sizes of one accelerator's part; undefined where there are no equal parts. */
function partOf(shape: ModelShape, parts: number): ModelShape | undefined {
  const { heads, kvHeads, ffn, vocab } = shape;
  const isEven = heads % parts === 0 && ffn % parts === 0 && vocab % parts === 0;
  if (!isEven || (kvHeads % parts !== 0 && parts % kvHeads !== 0)) return undefined;
  return {
    ...shape,
    heads: heads / parts,
    kvHeads: Math.max(1, kvHeads / parts),
    ffn: ffn / parts,
    vocab: vocab / parts,
  };
}

/** Twice in a layer: largest magnitudes of all rows, then partial sums of all rows, each from every other accelerator. */
function exchangeCycles(
  { layers, hidden }: ModelShape,
  {
    count,
    sequences,
    linkBytes,
  }: { readonly count: number; readonly sequences: number; readonly linkBytes: number },
): number {
  if (count === 1) return 0;
  const transfer = (words: number): number =>
    LINK_LATENCY + Math.ceil(((count - 1) * sequences * words * WORD) / linkBytes);
  return 2 * layers * (transfer(1) + transfer(hidden));
}

function tableOf(measured: readonly Measured[]): BenchTable {
  const rows = measured.flatMap(({ sequences, accelerators: count, data, tensor }): BenchRow[] => {
    const alone = measured.find((one) => one.sequences === sequences && one.accelerators === 1)?.data ?? data;
    const row = (how: string, cycles: number, method: string): BenchRow => ({
      name: `${how}, ${String(count)} accelerators, ${String(sequences)} sequences`,
      cycles,
      baseline_cycles: alone,
      ratio: alone / cycles,
      method,
    });
    return [
      row("data parallel", data, "exact estimate of the accelerator with the most rows ÷ tokens of the step"),
      ...(tensor === undefined
        ? []
        : [
            row(
              "tensor parallel",
              tensor.compute + tensor.exchange,
              "exact estimate of an accelerator of the part's sizes, plus the exchange by a model of the link; the hardware has no partial sums",
            ),
          ]),
    ];
  });
  return { rows, link: { latency_cycles: LINK_LATENCY, bytes_per_cycle: "as the memory port" } };
}
