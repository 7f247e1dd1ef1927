/**
 * Latencies and throughput of small workloads, fixed, mixed at random times (Poisson) and with prefixes in common: on the simulated
 * hardware, the same again with the exact estimate in its place, and larger ones with the estimate.
 *
 *     node bench/serving-bench.ts > bench/results/serving-bench.txt
 */
import { spawnSync } from "node:child_process";

const fewRows = "--rows 4 --num-prompts 4 --output-len 4";
const small = [
  `latency ${fewRows} --input-len 6`,
  `throughput ${fewRows} --input-len 8 --workload fixed`,
  `serve ${fewRows} --input-len 8 --workload mixed --request-rate 500`,
  `serve ${fewRows} --input-len 2 --workload prefix-repetition --prefixes 1 --prefix-len 16 --request-rate 200`,
];
const larger = [
  "latency --rows 16 --num-prompts 8 --input-len 16 --output-len 8",
  "throughput --rows 16 --num-prompts 12 --input-len 32 --output-len 8 --workload fixed",
  "serve --rows 16 --num-prompts 12 --input-len 32 --output-len 8 --workload mixed --request-rate 600",
  "serve --rows 16 --num-prompts 12 --input-len 8 --output-len 8 --workload prefix-repetition --prefixes 2 --prefix-len 64 --request-rate 600",
];

for (const line of small) {
  bench(`${line} --engine rtl`);
  bench(`${line} --engine estimate`);
}
for (const line of larger) bench(`${line} --engine estimate`);

/** Runs `hidalgo bench` and shows the command with what it says. */
function bench(line: string): void {
  const args = ["cli/main.ts", "bench", ...line.split(" ")];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  process.stdout.write(`$ hidalgo bench ${line}\n${stderr}`);
  if (status !== 0) process.exitCode = 1;
}
