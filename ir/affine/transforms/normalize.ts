import { fail, ok, type Result } from "../../support/result.ts";
import { isImplied } from "../analysis/instances.ts";
import { cannotTransform } from "../diagnostics.ts";
import { type Loop, type LoopProgram, type Node, sameNodes, substituteCounter } from "../model/program.ts";
import {
  type AffineSum,
  addSums,
  constantSum,
  floorSum,
  newCounter,
  offsetSum,
  scaleSum,
  subtractSums,
  variableSum,
} from "../model/sum.ts";
import type { Constraint } from "../model/term.ts";

/**
 * `for i = l to u step s` ==> `for i = 0 to ceil((u - l) / s)` with `l + s * i` for `i`. Bounds stay affine in outer
 * counters; bounds that others imply are dropped. Of several lower bounds one is kept, the others become guards.
 */
export function normalizeLoops(program: LoopProgram): Result<LoopProgram> {
  const body = normalizeNodes(program.body, []);
  return body.kind === "ok" ? ok({ ...program, body: body.value }) : body;
}

/** The same for nodes inside of some loops, which are normal already. */
export function normalizeNodes(nodes: readonly Node[], context: readonly Loop[]): Result<readonly Node[]> {
  const problems: Loop[] = [];
  const made = nodes.map((node) => normalizeNode(node, context, problems));
  const [first] = problems;
  if (first === undefined) return ok(made);
  return fail(
    cannotTransform(first.span, {
      pass: "affine-normalize",
      reason: `loop ${first.counter.name} has several lower bounds and step ${String(first.step)}`,
      hint: "a loop with one lower bound, or with step 1",
    }),
  );
}

/** Whether a loop counts 0, 1, 2, … */
export function isNormal({ lower, step }: Loop): boolean {
  const [only] = lower;
  return step === 1 && lower.length === 1 && only?.terms.size === 0 && only.constant === 0;
}

function normalizeNode(node: Node, context: readonly Loop[], problems: Loop[]): Node {
  if (node.kind === "statement") return node;
  const tight = withoutImplied(node, context);
  const { loop, guards } = normalizeLoop(tight, problems);
  const guarded = guards.length === 0 ? loop.body : loop.body.map((each) => withConstraints(each, guards));
  const body = guarded.map((each) => normalizeNode(each, [...context, loop], problems));
  return sameNodes(body, loop.body) ? loop : { ...loop, body };
}

function normalizeLoop(
  loop: Loop,
  problems: Loop[],
): { readonly loop: Loop; readonly guards: readonly Constraint[] } {
  if (isNormal(loop)) return { loop, guards: [] };
  const [lower = constantSum(0), ...others] = loop.lower;
  if (others.length > 0 && loop.step !== 1) {
    problems.push(loop);
    return { loop, guards: [] };
  }
  const counter = newCounter(loop.counter.name);
  const shifted = addSums(lower, scaleSum(variableSum(counter), loop.step));
  const upper = loop.upper.map((sum) =>
    floorSum(offsetSum(subtractSums(sum, lower), loop.step - 1), loop.step),
  );
  return {
    loop: {
      ...loop,
      counter,
      lower: [constantSum(0)],
      upper,
      step: 1,
      body: substituteCounter(loop.body, loop.counter, shifted),
    },
    guards: others.map((other) => ({ kind: "atLeast", sum: subtractSums(shifted, other) })),
  };
}

/** The loop without bounds that follow from the others. */
function withoutImplied(loop: Loop, context: readonly Loop[]): Loop {
  const keep = (sums: readonly AffineSum[], stronger: (a: AffineSum, b: AffineSum) => AffineSum) =>
    sums.reduce<readonly AffineSum[]>((kept, sum) => {
      const rest = kept.filter((other) => other !== sum);
      const follows = rest.some((other) =>
        isImplied({ kind: "atLeast", sum: stronger(sum, other) }, [], context),
      );
      return follows ? rest : kept;
    }, sums);
  if (loop.lower.length + loop.upper.length === 2) return loop;
  return {
    ...loop,
    lower: keep(loop.lower, (sum, other) => subtractSums(other, sum)),
    upper: keep(loop.upper, (sum, other) => subtractSums(sum, other)),
  };
}

/** All statements below a node under more constraints. */
export function withConstraints(node: Node, constraints: readonly Constraint[]): Node {
  if (constraints.length === 0) return node;
  if (node.kind === "statement")
    return { ...node, guards: [{ kind: "affine", constraints }, ...node.guards] };
  return { ...node, body: node.body.map((each) => withConstraints(each, constraints)) };
}
