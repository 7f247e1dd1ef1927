/**
 * Spot checks of the survey's table: hardware of its rows in RTL (embedded simulator) against the estimate, to the cycle.
 *
 *     node bench/survey-check.ts [keys of rows] > bench/results/survey-check.txt
 *
 * Without keys: all rows but those whose hardware is another's.
 */
import { join } from "node:path";
import { StepEstimator } from "../backend-hls/index.ts";
import { consecutiveRows, planVariant, surveyVariants } from "../cli/index.ts";
import { loadModel, withStandardAttention } from "../frontend/index.ts";
import type { Result } from "../ir/index.ts";
import { RtlSteps } from "./estimate/rtl-steps.ts";

/** Steps that are checked: a token behind much context, and a chunk of a prompt where the hardware has the rows. */
const decodePosition = 400;
const maxContext = 512;

const keys = process.argv.slice(2);
const checkpoint = withStandardAttention(
  must(loadModel(join(import.meta.dirname, "../models/fable"))).checkpoint,
);
let different = 0;
const seen = new Set<string>();
for (const variant of surveyVariants) {
  const same = JSON.stringify([variant.precision, variant.schedule, variant.array]);
  if (keys.length > 0 ? !keys.includes(variant.key) : seen.has(same)) continue;
  seen.add(same);
  const subject = { checkpoint, device: "ref64", maxContext, blockSize: 16 };
  const hardware = must(planVariant(variant, subject, 1));
  const rtl = await RtlSteps.open(hardware, hardware.memory, new Uint8Array(hardware.layout.bytes));
  const estimator = new StepEstimator(hardware, { memory: hardware.memory });
  const steps = [
    { rows: 1, position: decodePosition },
    ...(hardware.plan.rows > 1 ? [{ rows: hardware.plan.rows, position: 64 }] : []),
  ];
  for (const step of steps) {
    const rows = consecutiveRows(hardware, step);
    const { counters, start } = await rtl.step(rows);
    const { cycles } = estimator.step(rows, start);
    const measured = counters["total"] ?? 0;
    if (cycles !== measured) different++;
    const what = `${variant.name}: ${String(step.rows)} rows from position ${String(step.position)}`;
    process.stdout.write(`${what}: RTL ${String(measured)} cycles, estimate ${String(cycles)}\n`);
  }
  await rtl.close();
}
process.stdout.write(different === 0 ? "all the same\n" : `${String(different)} differ\n`);
process.exitCode = different === 0 ? 0 : 1;

function must<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}
