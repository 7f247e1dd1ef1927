import { present } from "../../ir/index.ts";
import { characterizeMemory } from "./characterize-memory.ts";
import { characterizeMultiplier } from "./characterize-multiplier.ts";
import { interpolate } from "./interpolate.ts";
import { type Characteristics, NO_AREA, type Operator } from "./operator.ts";
import type { OperatorLibrary } from "./operator-library.ts";
import { pipeline } from "./pipeline.ts";
import type { MeasuredKind } from "./table-types.ts";

type LogicOperator = Extract<
  Operator,
  { readonly kind: "add" | "sub" | "shift" | "eq" | "lt" | "and" | "or" | "xor" | "not" }
>;

const LOGIC_TABLES: ReadonlyMap<string, { readonly table: MeasuredKind; readonly hasBitResult: boolean }> =
  new Map([
    ["add", { table: "add", hasBitResult: false }],
    ["sub", { table: "sub", hasBitResult: false }],
    ["shift", { table: "shift", hasBitResult: false }],
    ["eq", { table: "eq", hasBitResult: true }],
    ["lt", { table: "lt", hasBitResult: true }],
    ["and", { table: "logic", hasBitResult: false }],
    ["or", { table: "logic", hasBitResult: false }],
    ["xor", { table: "logic", hasBitResult: false }],
    ["not", { table: "logic", hasBitResult: false }],
  ]);

/** Latency, delays and area of one operator at the library's clock. */
export function characterize(library: OperatorLibrary, operator: Operator): Characteristics {
  if ("depth" in operator) return characterizeMemory(library, operator);
  if (operator.kind === "wire") return WIRE;
  if (operator.kind === "mux") return characterizeMux(library, operator.width, operator.ways ?? 2);
  if (operator.kind === "mul") return characterizeMultiplier(library, operator.leftBits, operator.rightBits);
  return characterizeLogic(library, operator);
}

const WIRE: Characteristics = { latencyCycles: 0, inputDelayPs: 0, outputDelayPs: 0, area: NO_AREA };

function characterizeLogic(library: OperatorLibrary, { kind, width }: LogicOperator): Characteristics {
  const { table, hasBitResult } = present(LOGIC_TABLES.get(kind), `the table of "${kind}"`);
  const { delayPs, lut, carry } = interpolate(library.tables.measured.points[table], width);
  return pipeline(library, delayPs, hasBitResult ? 1 : width, { ...NO_AREA, lut, carry });
}

/** A tree of 2:1 multiplexers. */
function characterizeMux(library: OperatorLibrary, width: number, ways: number): Characteristics {
  const { delayPs, lut, carry } = interpolate(library.tables.measured.points.mux, width);
  const levels = Math.max(1, Math.ceil(Math.log2(ways)));
  const count = Math.max(1, ways - 1);
  return pipeline(library, delayPs * levels, width, { ...NO_AREA, lut: lut * count, carry: carry * count });
}
