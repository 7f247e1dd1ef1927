/**
 * The survey's HLS row: the same model, hardware that does one operation after the other (`--schedule sequential`, as a tool
 * makes of a program without directives) against the optimized schedule. Cycles are counted in the RTL of the whole model.
 *
 *     node bench/hls-row.ts [model] > bench/results/hls-row.txt
 *
 * Without a model: stories260K from ../shared/models where it is there, else fable.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const resultSchema = z.object({
  matches_reference: z.boolean(),
  ttft_cycles: z.number(),
  design: z.object({ macs: z.object({ linear: z.number() }), port_bits: z.number() }),
});

const root = join(import.meta.dirname, "..");
const shared = join(root, "../shared/models/stories260K/stories260K.bin");
const model = process.argv[2] ?? (existsSync(shared) ? shared : join(root, "models/fable"));

function measure(device: string, schedule: string): z.infer<typeof resultSchema> {
  const args = ["run", model, "--device", device, "--schedule", schedule, "--max-tokens", "1", "--json"];
  const ran = spawnSync(process.execPath, [join(root, "bin/hidalgo.js"), ...args], { encoding: "utf8" });
  return resultSchema.parse(JSON.parse(ran.stdout.trimEnd().split("\n").at(-1) ?? ""));
}

const runs = [
  { device: "ref64", schedule: "sequential" },
  { device: "ref64", schedule: "pipelined" },
  { device: "ref64", schedule: "optimized" },
  { device: "bench512", schedule: "optimized" },
].map((run) => ({ ...run, result: measure(run.device, run.schedule) }));
const baseline = runs[0]?.result.ttft_cycles ?? 0;

process.stdout.write(`${model.split("/").at(-1) ?? model}: cycles of the first token\n`);
for (const { device, schedule, result } of runs) {
  const { ttft_cycles: cycles, matches_reference: matches, design } = result;
  const array = `${design.macs.linear} int8 MACs, ${design.port_bits}-bit port`;
  const ratio = `${(baseline / cycles).toFixed(1)}x`;
  process.stdout.write(
    `${device} ${schedule}: ${cycles} cycles, ${ratio}, ${array}, reference's tokens: ${matches ? "yes" : "NO"}\n`,
  );
}
