/**
 * Measures the float primitives and prints the tables of docs/numerics.md:
 *
 *     node ir/numerics/bench/float.ts [--quick]
 *
 * `--quick` takes a hundredth of the cases. The full run takes about a minute.
 */
import { measureGraph } from "../bit-ops-record.ts";
import { FLOAT_PRIMITIVES, type FloatPrimitive } from "../primitives.ts";
import { decodeScalar, differenceFinder, graphOf } from "../testing/compare-primitive.ts";
import { type RandomWord, randomOperands, randomWords, stratifiedOperands } from "../testing/f32-cases.ts";
import { decisiveRanges, MEASURED, measureUlp } from "./ulp.ts";

const thinning = process.argv.includes("--quick") ? 100 : 1;
const CASES = 1_000_000 / thinning;
const primitives: readonly (readonly [string, FloatPrimitive])[] = Object.entries(FLOAT_PRIMITIVES);

printTable(
  ["primitive", "operations", "depth", "multiplications", "tables", "evaluate, M/s"],
  primitives.map(([name, primitive]) => {
    const cost = measureGraph(graphOf(primitive));
    return [
      name,
      String(cost.operations),
      String(cost.depth),
      String(cost.operationsByKind["mul"] ?? 0),
      String(cost.operationsByKind["table"] ?? 0),
      measureSpeed(primitive).toFixed(0),
    ];
  }),
);

printTable(
  ["primitive", "stratified cases", "random cases", "mismatches"],
  primitives.map(([name, primitive]) => [
    name,
    String(CASES),
    String(CASES),
    String(countMismatches(primitive, stratifiedOperands) + countMismatches(primitive, randomOperands)),
  ]),
);

const ranges = decisiveRanges(thinning);
printTable(
  ["function", "inputs", "max ulp", "at", "correctly rounded", "out of order"],
  (["recip", "rsqrt", "exp"] as const).map((name) => {
    const report = measureUlp(MEASURED[name], ranges[name]);
    return [
      name,
      String(report.inputs),
      report.maxUlp.toFixed(4),
      String(report.worstInput),
      `${(100 * report.correctlyRounded).toFixed(1)} %`,
      String(report.monotonicityBreaks),
    ];
  }),
);

function countMismatches(
  primitive: FloatPrimitive,
  operands: (types: FloatPrimitive["operands"], next: RandomWord) => number[],
): number {
  const difference = differenceFinder(primitive);
  const next = randomWords(2);
  let mismatches = 0;
  for (let i = 0; i < CASES; i++)
    if (difference(...operands(primitive.operands, next)) !== undefined) mismatches++;
  return mismatches;
}

/** Millions of evaluations per second on mixed operands. */
function measureSpeed(primitive: FloatPrimitive): number {
  const next = randomWords(3);
  const operands = Array.from({ length: 4096 }, () =>
    stratifiedOperands(primitive.operands, next).map((word, i) =>
      decodeScalar(primitive.operands[i] ?? "i32", word),
    ),
  );
  const first = Float64Array.from(operands, (values) => values[0] ?? 0);
  const second = Float64Array.from(operands, (values) => values[1] ?? 0);
  const { evaluate } = primitive;
  let sum = 0;
  const rounds = 500;
  const start = performance.now();
  for (let i = 0; i < rounds * 4096; i++)
    sum += evaluate(first[i & 4095] ?? 0, second[i & 4095] ?? 0) > 0 ? 1 : 0;
  const seconds = (performance.now() - start) / 1000;
  return sum < 0 ? 0 : (rounds * 4096) / seconds / 1e6;
}

function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
  process.stdout.write(`${lines.join("\n")}\n\n`);
}
