import { at, present } from "../../support/bug.ts";
import { fail, ok, type Result } from "../../support/result.ts";
import { isImplied } from "../analysis/instances.ts";
import { cannotTransform } from "../diagnostics.ts";
import { type Loop, type LoopProgram, type Node, perfectLoops, substituteCounter } from "../model/program.ts";
import {
  type AffineSum,
  addSums,
  constantSum,
  newCounter,
  offsetSum,
  sameSum,
  subtractSums,
  variableSum,
} from "../model/sum.ts";
import type { Constraint } from "../model/term.ts";
import { extentOf } from "./expand-scalars.ts";
import { isNormal, withConstraints } from "./normalize.ts";

/**
 * Makes every nest perfect without changing the order of anything: `for t { S; nest A; nest B }` ==> one inner nest, whose
 * loop counts the iterations of A, then those of B, with statements guarded by the counter; statements beside a nest go
 * into its first or last iteration. Loops have to be normal.
 */
export function perfectize(program: LoopProgram): Result<LoopProgram> {
  const problems: string[] = [];
  const body = program.body.map((node) =>
    node.kind === "statement" ? node : perfectNest(node, [], problems),
  );
  const [reason] = problems;
  if (reason === undefined) return ok({ ...program, body });
  return fail(cannotTransform(program.func.span, { pass: "affine-perfectize", reason }));
}

function perfectNest(loop: Loop, context: readonly Loop[], problems: string[]): Loop {
  const inside = [...context, loop];
  if (!isNormal(loop)) problems.push(`loop ${loop.counter.name} is not normal`);
  const children = loop.body.map((node) =>
    node.kind === "statement" ? node : perfectNest(node, inside, problems),
  );
  if (children.every(({ kind }) => kind === "statement") || children.length === 1)
    return { ...loop, body: children };
  const nests = takeInStatements(children, inside);
  const joined = nests.reduce((first, second) => joinNests(first, second, inside, problems));
  return { ...loop, body: [joined] };
}

/** Statements beside a nest that always runs go into its first or last iteration; the others are nests of no loops. */
function takeInStatements(children: readonly Node[], context: readonly Loop[]): readonly Node[] {
  const out: Node[] = [];
  let waiting: Node[] = [];
  for (const node of children) {
    if (node.kind === "statement") {
      waiting.push(node);
      continue;
    }
    if (waiting.length > 0 && alwaysRuns(node, context)) out.push(withFirst(node, waiting));
    else out.push(...asNest(waiting), node);
    waiting = [];
  }
  const last = out[out.length - 1];
  if (waiting.length > 0 && last?.kind === "loop" && alwaysRuns(last, context))
    return [...out.slice(0, -1), withLast(last, waiting)];
  return [...out, ...asNest(waiting)];
}

/** Statements as a nest of one iteration. */
function asNest(statements: readonly Node[]): readonly Node[] {
  const [first] = statements;
  if (first === undefined) return [];
  const loop: Loop = {
    kind: "loop",
    counter: newCounter("once"),
    lower: [constantSum(0)],
    upper: [constantSum(1)],
    step: 1,
    attributes: {},
    body: statements,
    span: first.span,
  };
  return [loop];
}

/** Whether every loop of a perfect nest has one bound and an iteration, whatever the counters outside are. */
function alwaysRuns(nest: Loop, context: readonly Loop[]): boolean {
  const { loops } = perfectLoops(nest);
  return loops.every(({ upper }, depth) => {
    const [only] = upper;
    if (only === undefined || upper.length > 1) return false;
    const runs: Constraint = { kind: "atLeast", sum: offsetSum(only, -1) };
    return isImplied(runs, [], [...context, ...loops.slice(0, depth)]);
  });
}

function withFirst(nest: Loop, statements: readonly Node[]): Loop {
  const { loops, body } = perfectLoops(nest);
  const isFirst = loops.map(({ counter }): Constraint => ({ kind: "equal", sum: variableSum(counter) }));
  return rebuilt(loops, [...statements.map((node) => withConstraints(node, isFirst)), ...body]);
}

function withLast(nest: Loop, statements: readonly Node[]): Loop {
  const { loops, body } = perfectLoops(nest);
  const isLast = loops.map(
    ({ counter, upper }): Constraint => ({
      kind: "equal",
      sum: subtractSums(offsetSum(at(upper, 0), -1), variableSum(counter)),
    }),
  );
  return rebuilt(loops, [...body, ...statements.map((node) => withConstraints(node, isLast))]);
}

function rebuilt(loops: readonly Loop[], body: readonly Node[]): Loop {
  const [outer, ...inner] = loops;
  const nodes = inner.length === 0 ? body : [rebuilt(inner, body)];
  return { ...present(outer, "a loop"), body: nodes };
}

/** One side of a join: the loops left to be joined, its nodes, and what holds where it runs. */
interface Side {
  readonly loops: readonly Loop[];
  readonly body: readonly Node[];
  readonly guards: readonly Constraint[];
}

/** `nest A; nest B` ==> one nest: first all iterations of A, then those of B. */
function joinNests(first: Node, second: Node, context: readonly Loop[], problems: string[]): Node {
  const [a, b] = [sideOf(first), sideOf(second)];
  const [outerA, outerB] = [at(a.loops, 0), at(b.loops, 0)];
  const [countA, countB] = [outerA.upper, outerB.upper].map((upper) => at(upper, 0));
  if (countA === undefined || countB === undefined || outerA.upper.length + outerB.upper.length > 2) {
    problems.push("a loop beside another one has several upper bounds");
    return first;
  }
  if (!neverNegative(countA, context))
    problems.push(`loop ${outerA.counter.name} may have fewer than no iterations`);
  const counter = newCounter(outerA.counter.name);
  const x = variableSum(counter);
  const head: Loop = { ...outerA, counter, upper: [addSums(countA, countB)], body: [] };
  const sides = [
    entered(a, x, { kind: "atLeast", sum: offsetSum(subtractSums(countA, x), -1) }),
    entered(b, subtractSums(x, countA), { kind: "atLeast", sum: subtractSums(x, countA) }),
  ];
  return { ...head, body: joinInside(sides, [...context, head], problems) };
}

function neverNegative(count: AffineSum, context: readonly Loop[]): boolean {
  return isImplied({ kind: "atLeast", sum: count }, [], context);
}

function sideOf(node: Node): Side {
  const { loops, body } = node.kind === "loop" ? perfectLoops(node) : { loops: [], body: [node] };
  return { loops, body, guards: [] };
}

/** The side within its outermost loop, whose counter is `value`. */
function entered({ loops, body, guards }: Side, value: AffineSum, guard?: Constraint): Side {
  const [outer, ...inner] = loops;
  const { counter } = present(outer, "a loop");
  const skeleton = inner.map((loop): Loop => ({ ...loop, body: [] }));
  return {
    loops: substituteCounter(skeleton, counter, value).flatMap((node) =>
      node.kind === "loop" ? [node] : [],
    ),
    body: substituteCounter(body, counter, value),
    guards: [...guards.map(({ kind, sum }) => ({ kind, sum })), ...(guard === undefined ? [] : [guard])],
  };
}

/** Joins what is inside of the outermost loops: one loop for both sides at each level. */
function joinInside(sides: readonly Side[], context: readonly Loop[], problems: string[]): readonly Node[] {
  const model = sides.find(({ loops }) => loops.length > 0)?.loops[0];
  if (model === undefined)
    return sides.flatMap(({ body, guards }) => body.map((node) => withConstraints(node, guards)));
  const uppers = sides.map(({ loops }) => loops[0]?.upper ?? [constantSum(1)]);
  const counter = newCounter(model.counter.name);
  const x = variableSum(counter);
  const [first, second] = uppers;
  const isShared = first?.length === 1 && second?.length === 1 && sameSum(at(first, 0), at(second, 0));
  const bound = isShared ? at(first, 0) : largestOf(sides, context, problems);
  const head: Loop = { ...model, counter, upper: [bound], body: [] };
  const inner = sides.map((side, index) => {
    const limits = isShared
      ? []
      : at(uppers, index).map(
          (sum): Constraint => ({ kind: "atLeast", sum: offsetSum(subtractSums(sum, x), -1) }),
        );
    const guarded = { ...side, guards: [...side.guards, ...limits] };
    return side.loops.length === 0 ? guarded : entered(guarded, x);
  });
  return [{ ...head, body: joinInside(inner, [...context, head], problems) }];
}

/** A bound for both sides: the one that is never smaller, else the largest number of iterations that either has. */
function largestOf(sides: readonly Side[], context: readonly Loop[], problems: string[]): AffineSum {
  const counts = sides.map(({ loops, guards }) => {
    const [loop] = loops;
    if (loop === undefined) return 1;
    return extentOf([...context, { ...loop, body: [] }], guards);
  });
  if (counts.includes(undefined)) problems.push("the trip count of a loop beside another one is not known");
  return constantSum(Math.max(...counts.map((count) => count ?? 1)));
}
