// Float primitives as Verilog through Verilator, against their definition on JavaScript numbers: a million stratified
// and a million random vectors each. Usage: node bench/primitives-rtl.ts [name ...]; add, mul, div and sqrt by default.
import { randomOperands, randomWords, stratifiedOperands } from "../ir/index.ts";
import { buildSimulator } from "../sim/index.ts";
import { built, compareWithHardware, PRIMITIVE_NAMES, primitiveBench } from "./hardware/primitive-bench.ts";

const DEPTH = 65_536;
const ROUNDS = 16;

const wanted = process.argv.slice(2);
const names = PRIMITIVE_NAMES.filter((name) =>
  (wanted.length === 0 ? ["add", "mul", "div", "sqrt"] : wanted).includes(name),
);
let wrong = 0;
for (const name of names) {
  const bench = primitiveBench(name, DEPTH);
  const simulator = built(await buildSimulator(bench.top, bench.modules, { engine: "verilator" }));
  const next = randomWords(7);
  for (const [kind, operands] of [
    ["stratified", stratifiedOperands],
    ["random", randomOperands],
  ] as const) {
    const { vectors, mismatches, shown } = await compareWithHardware(bench, simulator, ROUNDS, (types) =>
      operands(types, next),
    );
    console.info(
      [
        `${name} (latency ${String(bench.latency)}): ${String(vectors)} ${kind} vectors, ${String(mismatches)} mismatches`,
        ...shown,
      ].join("\n"),
    );
    wrong += mismatches;
  }
  await simulator.close();
}
process.exitCode = wrong === 0 ? 0 : 1;
