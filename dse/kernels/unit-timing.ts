import { type OperatorLibrary, POOL_CYCLES, pipelinedPrimitive } from "../../backend-hls/index.ts";
import { reductionOf, subtermsOf, type Term } from "../../ir/index.ts";
import type { NestShape } from "./nest-shape.ts";
import { primitiveOf } from "./nest-units.ts";

/** Latencies that the closed form needs, in cycles. */
export interface UnitTiming {
  /** From an accumulator's load to when its store can be read. */
  recurrence(shape: NestShape): number;
  /** From the last iteration's begin to the nest's end, with what starts the next nest. */
  depth(shape: NestShape, lanes: readonly number[]): number;
}

/** Cycles of a load, and of a store until it can be read. */
const LOAD_CYCLES = 2;
const STORE_CYCLES = 1;
/** Cycles between the end of a nest and the first iteration of the next. */
const HANDOVER_CYCLES = 10;

/** Timing by the library's units. */
export function unitTiming(library: OperatorLibrary): UnitTiming {
  const latency = (term: Term): number => {
    const primitive = primitiveOf(term);
    if (primitive === undefined) return 0;
    return pipelinedPrimitive(library, primitive).characteristics.latencyCycles + POOL_CYCLES;
  };
  const path = (root: Term): number => {
    const ends = new Map<Term, number>();
    for (const term of subtermsOf([root])) {
      const start =
        term.kind === "operation" ? Math.max(0, ...term.operands.map((each) => ends.get(each) ?? 0)) : 0;
      const chosen =
        term.kind === "choose"
          ? Math.max(
              ends.get(term.whenTrue) ?? 0,
              ends.get(term.whenFalse) ?? 0,
              ends.get(term.condition) ?? 0,
            )
          : start;
      ends.set(term, chosen + latency(term));
    }
    return ends.get(root) ?? 0;
  };
  return {
    recurrence: ({ nest }) => {
      const cycles = nest.statements.map(({ statement }) => {
        const reduction = reductionOf(statement);
        return reduction === undefined ? path(statement.value) : latency(reduction.operation);
      });
      return LOAD_CYCLES + Math.max(...cycles) + STORE_CYCLES + 1;
    },
    depth: ({ nest, reductions }, lanes) => {
      const terms = [...reductions].reduce((product, place) => product * (lanes[place] ?? 1), 1);
      const levels = Math.ceil(Math.log2(terms));
      const paths = nest.statements.map(({ statement }) => {
        const reduction = reductionOf(statement);
        const tree = reduction === undefined ? 0 : levels * latency(reduction.operation);
        return path(statement.value) + tree;
      });
      return LOAD_CYCLES + Math.max(...paths) + STORE_CYCLES + HANDOVER_CYCLES;
    },
  };
}
