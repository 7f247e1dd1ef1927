import { characterizeMemory } from "./characterize-memory.ts";
import { characterizeMultiplier } from "./characterize-multiplier.ts";
import { interpolate } from "./interpolate.ts";
import { type Characteristics, NO_AREA, type Operator } from "./operator.ts";
import type { OperatorLibrary } from "./operator-library.ts";
import { pipeline } from "./pipeline.ts";
import type { MeasuredKind } from "./table-types.ts";

/** Latency, delays and area of one operator at the library's clock. */
export function characterize(library: OperatorLibrary, operator: Operator): Characteristics {
  switch (operator.kind) {
    case "wire":
      return { latencyCycles: 0, inputDelayPs: 0, outputDelayPs: 0, area: NO_AREA };
    case "add":
    case "sub":
    case "shift":
      return fromTable(library, operator.kind, operator.width, operator.width);
    case "eq":
    case "lt":
      return fromTable(library, operator.kind, operator.width, 1);
    case "and":
    case "or":
    case "xor":
    case "not":
      return fromTable(library, "logic", operator.width, operator.width);
    case "mux":
      return characterizeMux(library, operator.width, operator.ways ?? 2);
    case "mul":
      return characterizeMultiplier(library, operator.leftBits, operator.rightBits);
    case "ram-read":
    case "ram-write":
    case "rom":
      return characterizeMemory(library, operator);
  }
}

function fromTable(library: OperatorLibrary, kind: MeasuredKind, width: number, resultBits: number): Characteristics {
  const { delayPs, lut, carry } = interpolate(library.tables.measured.points[kind], width);
  return pipeline(library, delayPs, resultBits, { ...NO_AREA, lut, carry });
}

/** A tree of 2:1 multiplexers. */
function characterizeMux(library: OperatorLibrary, width: number, ways: number): Characteristics {
  const { delayPs, lut, carry } = interpolate(library.tables.measured.points.mux, width);
  const levels = Math.max(1, Math.ceil(Math.log2(ways)));
  const count = Math.max(1, ways - 1);
  return pipeline(library, delayPs * levels, width, { ...NO_AREA, lut: lut * count, carry: carry * count });
}
