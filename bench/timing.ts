/**
 * Latency of every float primitive by family and clock, and what Yosys's `sta` says about its stages on 7-series:
 *
 *     node bench/timing.ts [clock in MHz …] > bench/results/timing.txt
 *
 * Takes about five seconds per primitive and clock. The rule is cell delays of at most half the period.
 */
import { createOperatorLibrary, type OperatorLibrary, pipelinedPrimitive } from "../backend-hls/index.ts";
import { FLOAT_PRIMITIVES, type FloatPrimitive, type FloatPrimitiveName, scalarWidth } from "../ir/index.ts";
import { hasYosys, measureRegisterTiming } from "./register-timing.ts";

const NAMES = Object.keys(FLOAT_PRIMITIVES) as FloatPrimitiveName[]; // The table's own keys.
const clocks = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100, 150, 180, 200];

printLatencies();
if (hasYosys()) for (const clock of clocks) printTiming(createOperatorLibrary("xc7", clock));
else print("yosys is not there: no sta figures");

function printLatencies(): void {
  const libraries = (
    [
      ["xcup", 250],
      ["xcup", 300],
      ["xc7", 100],
      ["xc7", 150],
      ["xc7", 200],
      ["ecp5", 75],
      ["ice40", 24],
    ] as const
  ).map(([family, clock]) => createOperatorLibrary(family, clock));
  print("Latency in cycles (estimated flip-flops)");
  print(
    row(
      "",
      libraries.map(({ family, clockMhz }) => `${family} ${String(clockMhz)}`),
    ),
  );
  for (const name of NAMES) {
    print(
      row(
        name,
        libraries.map((library) => {
          const { latencyCycles, area } = pipelinedPrimitive(library, name).characteristics;
          return `${String(latencyCycles)} (${String(area.ff)})`;
        }),
      ),
    );
  }
}

function printTiming(library: OperatorLibrary): void {
  const budgetPs = Math.floor(library.periodPs / 2);
  print(
    `\nxc7 at ${String(library.clockMhz)} MHz, half period ${String(budgetPs)} ps: yosys sta, cells only; counts with the registers around`,
  );
  print(row("", ["cycles", "sta ps", "of budget", "LUT", "FF", "DSP", "CARRY4"]));
  for (const name of NAMES) {
    const { operands, result }: FloatPrimitive = FLOAT_PRIMITIVES[name];
    const { module, characteristics } = pipelinedPrimitive(library, name);
    const found = measureRegisterTiming(module, operands.map(scalarWidth), scalarWidth(result));
    if (found === undefined) {
      print(row(name, [String(characteristics.latencyCycles), "no end", "not known"]));
      continue;
    }
    const share = `${String(Math.round((100 * found.arrivalPs) / budgetPs))} %${found.arrivalPs > budgetPs ? " OVER" : ""}`;
    print(
      row(
        name,
        [
          characteristics.latencyCycles,
          found.arrivalPs,
          share,
          found.lut,
          found.ff,
          found.dsp,
          found.carry,
        ].map(String),
      ),
    );
  }
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(14) + cells.map((cell) => cell.padStart(11)).join("");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
