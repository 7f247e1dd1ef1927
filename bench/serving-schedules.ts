/**
 * Random schedules on the integer reference: chunks, batches, prefix cache, preemption by recomputation and by swapping, forks,
 * window, evicted prefixes restored from the host, damaged blocks, several accelerators (data and tensor parallel), keys and values in 8 and
 * 16 bits, requests that leave. Every request has to get
 * exactly the tokens that it gets alone with everything off. Failing seeds go to test/serving/failing-seeds.json, where CI plays them.
 *
 *     node bench/serving-schedules.ts [schedules] [first seed] > bench/results/serving-schedules.txt
 */
import { nothingExercised } from "./serving/random-schedule.ts";
import { PARAMETERS, playReferenceSeed } from "./serving/reference-schedules.ts";

const [schedules = 5000, first = 0] = process.argv.slice(2).map(Number);
const exercised = nothingExercised();
const failing: number[] = [];
for (let seed = first; seed < first + schedules; seed++) {
  const wrong = await playReferenceSeed(seed, exercised);
  if (wrong === undefined) continue;
  failing.push(seed);
  process.stdout.write(`seed ${String(seed)}: ${wrong}\n`);
}
const { steps, preempted, movedBlocks, hitTokens, refusedBlocks } = exercised;
process.stdout.write(
  `${String(schedules)} schedules from seed ${String(first)}, models of ${String(PARAMETERS)} parameters: ${String(failing.length)} fail\n` +
    `  steps ${String(steps)}, preemptions ${String(preempted)}, blocks moved ${String(movedBlocks)}, tokens found again ${String(hitTokens)}, damaged blocks refused ${String(refusedBlocks)}\n`,
);
process.exitCode = failing.length === 0 ? 0 : 1;
