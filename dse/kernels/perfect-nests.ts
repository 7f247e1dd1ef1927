import type { ScheduleMode } from "../../backend-hls/index.ts";
import {
  distribute,
  expandScalars,
  fuseInit,
  type LoopProgram,
  mergeBranches,
  normalizeLoops,
  type Operation,
  ok,
  perfectize,
  type Result,
  readProgram,
  rewriteNodes,
  type Term,
  unskewNests,
} from "../../ir/index.ts";

/** A function of loops in perfect nests, in which nothing else is chosen; an optimized schedule may also change what the loops count. */
export function perfectNests(func: Operation, schedule: ScheduleMode): Result<LoopProgram> {
  const read = readProgram(func);
  const normal = read.kind === "ok" ? normalizeLoops(read.value) : read;
  if (normal.kind === "error") return normal;
  const perfect = perfectize(fuseInit(distribute(expandScalars(normal.value))));
  if (perfect.kind === "error") return perfect;
  const nests = withoutSubtraction(mergeBranches(perfect.value));
  return ok(schedule === "optimized" ? unskewNests(nests) : nests);
}

/** a - b ==> a + (-b): the same bits, and one kind of unit for both. */
function withoutSubtraction(program: LoopProgram): LoopProgram {
  const body = rewriteNodes(program.body, {
    operation: (operation) => {
      if (operation.name !== "arith.subf") return undefined;
      const [left, right] = operation.operands;
      if (left === undefined || right === undefined) return undefined;
      const negated: Term = { ...operation, name: "arith.negf", operands: [right] };
      return { ...operation, name: "arith.addf", operands: [left, negated] };
    },
  });
  return { ...program, body };
}
