/**
 * Random schedules: chunks, batches, prefix cache, preemption by recomputation and by swapping, forks, window, evicted prefixes
 * restored from the host, damaged blocks, several accelerators, keys and values in 8 and 16 bits, requests that leave; on the integer
 * reference also tensor parallel, on the embedded simulator of the hardware also memory that pauses at random. Every request has to
 * get exactly the tokens that it gets alone with everything off. Failing seeds go to test/serving/failing-seeds.json, where CI plays them.
 *
 *     node bench/serving-schedules.ts [reference|rtl] [schedules] [first seed]
 *     (node bench/serving-schedules.ts reference 5000; node bench/serving-schedules.ts rtl 600) > bench/results/serving-schedules.txt
 */
import { Tally } from "./serving/exercised.ts";
import { PARAMETERS, playReferenceSeed } from "./serving/reference-schedules.ts";
import { RTL_PARAMETERS, RtlSchedules } from "./serving/rtl-schedules.ts";

const [engine = "reference", schedules = "5000", first = "0"] = process.argv.slice(2);
const hardware = new RtlSchedules();
const tally = new Tally();
const failing: number[] = [];
const seeds = Array.from({ length: Number(schedules) }, (_, n) => Number(first) + n);
for (const seed of seeds) {
  const wrong = await (engine === "rtl" ? hardware.play(seed, tally) : playReferenceSeed(seed, tally));
  if (wrong === undefined) continue;
  failing.push(seed);
  process.stdout.write(`seed ${String(seed)}: ${wrong}\n`);
}
await hardware.close();
const where = engine === "rtl" ? "simulated hardware" : "the integer reference";
const parameters = engine === "rtl" ? RTL_PARAMETERS : PARAMETERS;
const head = `${schedules} schedules from seed ${first} on ${where}, models of ${String(parameters)} parameters: ${String(failing.length)} fail`;
process.stdout.write(`${[head, ...tally.lines()].join("\n")}\n`);
process.exitCode = failing.length === 0 ? 0 : 1;
