import { expect, test } from "vitest";
import { at, HwBuilder, ICMP_PREDICATES } from "../ir/index.ts";
import { buildSimulator, type EngineName, findTool } from "./index.ts";

const NUMBERS = [-8, -7, -1, 0, 1, 7];
const holds = [
  (a: number, b: number) => a === b,
  (a: number, b: number) => a !== b,
  (a: number, b: number) => a < b,
  (a: number, b: number) => a <= b,
  (a: number, b: number) => a > b,
  (a: number, b: number) => a >= b,
];

/** All comparisons of two 4-bit inputs, and their negations. */
function comparator(): ReturnType<HwBuilder["finish"]> {
  const b = new HwBuilder("comparator", [
    { name: "a", width: 4 },
    { name: "b", width: 4 },
  ]);
  const bits = ICMP_PREDICATES.slice(0, holds.length).map((predicate) =>
    b.icmp(predicate, b.input("a"), b.input("b")),
  );
  b.output("y", b.concat(...bits.map((bit) => b.not(bit)), ...bits));
  return b.finish();
}

function expected(a: number, b: number): string {
  const bits = holds.map((relation) => (relation(a, b) ? 1 : 0));
  return [...bits.map((bit) => 1 - bit), ...bits].join("");
}

const engines: readonly (readonly [EngineName, string])[] = [
  ["embedded", "sh"],
  ["icarus", "iverilog"],
  ["verilator", "verilator"],
];

test.for(engines)(
  "%s compares signed constants that arrive through ports",
  { timeout: 120_000 },
  async ([engine, tool], { skip }) => {
    skip(findTool(tool) === undefined, `${tool} is not installed`);
    const child = comparator();
    const b = new HwBuilder("constants", [{ name: "x", width: 4 }]);
    NUMBERS.forEach((left, i) => {
      NUMBERS.forEach((right, j) => {
        b.output(
          `y${String(i)}_${String(j)}`,
          at(
            Object.values(
              b.instance(child, `u${String(i)}_${String(j)}`, {
                a: b.constant(left, 4),
                b: b.constant(right, 4),
              }),
            ),
            0,
          ),
        );
      });
    });
    const built = await buildSimulator("constants", [child, b.finish()], { engine });
    if (built.kind === "error") throw new Error(built.diagnostics[0]?.message);
    for (const [i, left] of NUMBERS.entries()) {
      for (const [j, right] of NUMBERS.entries()) {
        const bits = (await built.value.peek(`y${String(i)}_${String(j)}`)).toString(2).padStart(12, "0");
        expect(`${String(left)} ${String(right)} ${bits}`).toBe(
          `${String(left)} ${String(right)} ${expected(left, right)}`,
        );
      }
    }
    await built.value.close();
  },
);
