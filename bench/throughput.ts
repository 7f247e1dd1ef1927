/**
 * Cycles of steps in simulated hardware: decode of 1 ... T sequences, and a prefill chunk of T rows.
 *
 *     node bench/throughput.ts [ref64 | bench512 | kv260] [rows] > bench/results/throughput-<device>.txt
 *
 * ref64 and kv260 run the bundled model behind their own DRAM; bench512 runs stories260K from ../shared/models behind a memory
 * of 64 cycles' latency, 64 positions, one row, at several clocks. MFU is of the array for linear layers (attention has its own).
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { macsAndBytes } from "../backend-hls/index.ts";
import { compilePrepared, modelShapeOf, openBuild, ownHardware, prepareModel } from "../cli/index.ts";
import { present, type Result } from "../ir/index.ts";
import { firstRows, type RowDescriptor } from "../runtime-host/index.ts";

const root = join(import.meta.dirname, "..");
const [device = "ref64", asked = "64"] = process.argv.slice(2);
const stories = join(root, "../shared/models/stories260K/stories260K.bin");
const BLOCK = 16;

function value<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function open(
  path: string,
  options: { rows: number; memory: string | undefined; clock: number | undefined },
) {
  const { rows, memory, clock } = options;
  const compile = {
    device,
    schedule: "optimized" as const,
    rows,
    outputs: { candidates: 1, logits: false },
    sequences: rows,
    blockSize: BLOCK,
    maxContext: 128,
    clock,
    seed: 0,
    verifyEach: false,
    emitIr: false,
  };
  const prepared = value(prepareModel(path, "rtl", compile));
  const build = value(await compilePrepared(prepared, compile, {}, ownHardware));
  const engine = value(await openBuild(build, { simulator: "embedded", memory }, {}, ownHardware));
  const { design } = build.manifest;
  const shape = modelShapeOf(prepared.model.checkpoint, { maxContext: 128, blockSize: BLOCK });
  return { device: engine.device, design, shape, dsp: chosenDsp(build.files) };
}

/** DSP blocks of the chosen design, as the build's estimate says. */
function chosenDsp(files: ReadonlyMap<string, string | Uint8Array>): number {
  const { points, chosen } = estimateSchema.parse(JSON.parse(String(files.get("estimate.json"))));
  return present(points[chosen], "the chosen point").estimate.dsp;
}

const estimateSchema = z.object({
  chosen: z.number(),
  points: z.array(z.object({ estimate: z.object({ dsp: z.number() }) })),
});

type Opened = Awaited<ReturnType<typeof open>>;

/** `count` tokens of one sequence from `from` on; its blocks follow one another. */
function rowsOf(sequence: number, from: number, count: number, first: number): readonly RowDescriptor[] {
  const blocks = 128 / BLOCK;
  const blockTable = Array.from({ length: blocks }, (_, n) => 1 + sequence * blocks + n);
  return Array.from({ length: count }, (_, n): RowDescriptor => {
    const position = from + n;
    return {
      token: 2 + ((sequence * 31 + position * 7) % 200),
      position,
      kvSlot: present(blockTable[Math.floor(position / BLOCK)], "a block") * BLOCK + (position % BLOCK),
      sequence,
      blockTable,
      visible: firstRows(n + 1) << BigInt(first),
      emit: n === count - 1 ? "argmax" : "none",
    };
  });
}

async function cyclesOf({ device: accelerator }: Opened, rows: readonly RowDescriptor[]): Promise<number> {
  const { counters } = value(await accelerator.step(rows));
  return present(counters, "counters").cycles;
}

/** MBU and MFU of a step of `rows` rows with `emitted` heads, each seeing about `context` positions. */
function utilization(
  { design, shape }: Opened,
  cycles: number,
  step: { rows: number; context: number; emitted: number; fetched: number },
) {
  const needs = macsAndBytes(shape, step.rows, step.context, step.emitted);
  const bytes = needs.weightBytes + (needs.kvReadBytes * step.fetched) / step.rows + needs.kvWriteBytes;
  const portBytes = (design.ports * design.port_bits) / 8;
  return {
    mbu: bytes / (cycles * portBytes),
    mfu: needs.linearMacs / (cycles * design.macs.linear),
  };
}

async function sweep(path: string, most: number, memory: string | undefined): Promise<void> {
  const opened = await open(path, { rows: most, memory, clock: undefined });
  const { design } = opened;
  print(
    `${path.split("/").at(-1) ?? path} on ${device}: ${String(most)} rows, macs ${JSON.stringify(design.macs)}, ${String(opened.dsp)} DSP by estimate, ${String(design.clock.mhz)} MHz (target), port ${String(design.port_bits)} bits`,
  );
  const chunk = await cyclesOf(opened, rowsOf(0, 0, most, 0));
  const prefill = utilization(opened, chunk, { rows: most, context: (most + 1) / 2, emitted: 1, fetched: 0 });
  print(
    `prefill of ${String(most)} rows, one head: ${String(chunk)} cycles, ${(chunk / most).toFixed(0)} per token, MFU ${prefill.mfu.toFixed(3)}, MBU ${prefill.mbu.toFixed(3)}`,
  );
  const context = 32;
  print(
    "decode, each sequence at position 32 (of a KV memory that nothing was written to: cycles do not depend on data):",
  );
  for (let rows = 1; rows <= most; rows *= 2) {
    const step = Array.from({ length: rows }, (_, n) => rowsOf(n, context, 1, n)[0]).filter(
      (row) => row !== undefined,
    );
    const cycles = await cyclesOf(opened, step);
    const { mbu, mfu } = utilization(opened, cycles, {
      rows,
      context: context + 1,
      emitted: rows,
      fetched: rows,
    });
    print(
      `  ${String(rows).padStart(2)} rows: ${String(cycles)} cycles, ${(cycles / rows).toFixed(0)} per token, MBU ${mbu.toFixed(3)}, MFU ${mfu.toFixed(3)}`,
    );
  }
  await opened.device.close();
}

async function positions(path: string, clock: number): Promise<void> {
  const opened = await open(path, { rows: 1, memory: "ideal:64", clock });
  const cycles: number[] = [];
  for (let position = 0; position < 64; position++)
    cycles.push(await cyclesOf(opened, rowsOf(0, position, 1, 0)));
  const mean = cycles.reduce((sum, one) => sum + one, 0) / cycles.length;
  print(
    `stories260K on bench512 at ${String(clock)} MHz (target), macs ${JSON.stringify(opened.design.macs)}, ${String(opened.dsp)} DSP by estimate, memory latency 64: mean of positions 0-63 ${mean.toFixed(0)} cycles per token (first ${String(cycles[0])}, last ${String(cycles.at(-1))})`,
  );
  await opened.device.close();
}

if (device === "bench512") {
  if (existsSync(stories)) for (const clock of [300, 200, 100]) await positions(stories, clock);
} else await sweep(join(root, "models/fable"), Number(asked), undefined);
