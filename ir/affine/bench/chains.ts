// node ir/affine/bench/chains.ts [programs] [first seed]: random programs through random chains of transformations, executed.
import { randomChain } from "../testing/random-chain.ts";
import { randomProgram } from "../testing/random-program.ts";
import { programOfText, sameResults } from "../testing/run-both.ts";

const count = Number(process.argv[2] ?? 2000);
const first = Number(process.argv[3] ?? 0);
let wrong = 0;
for (let seed = first; seed < first + count; seed++) {
  const text = randomProgram(seed * 7919 + 13, { perfect: seed % 4 === 0, unguarded: seed % 3 === 0 });
  const names: string[] = [];
  try {
    const changed = randomChain(programOfText(text), seed, (name) => names.push(name));
    if (sameResults(text, changed, seed)) continue;
    process.stdout.write(`seed ${String(seed)}: other results after ${names.join(", ")}\n`);
  } catch (error) {
    process.stdout.write(`seed ${String(seed)}: ${names.join(", ")}: ${String(error)}\n`);
  }
  wrong++;
}
process.stdout.write(`${String(count)} programs, ${String(wrong)} wrong\n`);
process.exitCode = wrong === 0 ? 0 : 1;
