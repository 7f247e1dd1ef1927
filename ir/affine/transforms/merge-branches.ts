import type { Operation } from "../../core/operation.ts";
import { sameType } from "../../core/type.ts";
import { at } from "../../support/bug.ts";
import { isInside } from "../analysis/inside.ts";
import { ConstraintSystem, guardConstraints, Instance } from "../analysis/instances.ts";
import { arrayType, newArray } from "../model/arrays.ts";
import { andTerms, constantTerm, constraintTerm, selectTerm, typeOfTerm } from "../model/build-term.ts";
import { changeBodies, type Loop, type LoopProgram, type Node, type Statement } from "../model/program.ts";
import {
  type Access,
  type Guard,
  type LoadTerm,
  loadsOf,
  type OperationTerm,
  subtermsOf,
  type Term,
  TermRewriter,
} from "../model/term.ts";
import { attributesKey } from "../write/share-terms.ts";

/**
 * Statements side by side that never run in the same iteration ==> one set of float operations, whose operands are selected:
 * `if p: X = a + b; if q: Y = c + d` ==> `v = select(p, a, c) + select(p, b, d); if p: X = v; if q: Y = v`. Operations of
 * equal kind are matched in the order of dependence, as many as possible.
 */
export function mergeBranches(program: LoopProgram): LoopProgram {
  const wires: Operation[] = [];
  const body = changeBodies(program.body, (nodes, loops) => mergeSiblings(nodes, loops, wires));
  return { ...program, arrays: [...program.arrays, ...wires], body };
}

function mergeSiblings(nodes: readonly Node[], loops: readonly Loop[], wires: Operation[]): readonly Node[] {
  const out: Node[] = [];
  for (let index = 0; index < nodes.length; ) {
    const run = exclusiveRun(nodes.slice(index), loops);
    if (run.length < 2) out.push(at(nodes, index));
    else out.push(...mergeRun(run, loops, wires));
    index += Math.max(1, run.length);
  }
  return out;
}

/** The statements from the first on of which no two run in one iteration. */
function exclusiveRun(nodes: readonly Node[], loops: readonly Loop[]): readonly Statement[] {
  const run: Statement[] = [];
  for (const node of nodes) {
    if (node.kind === "loop" || !run.every((other) => areExclusive(other, node, loops))) break;
    run.push(node);
  }
  return run;
}

function areExclusive(first: Statement, second: Statement, loops: readonly Loop[]): boolean {
  const opposite = first.guards.some(
    (guard) =>
      guard.kind === "data" &&
      !loadsOf([guard.condition]).some(({ access }) => access.array === first.target.array) &&
      second.guards.some(
        (other) =>
          other.kind === "data" && other.condition === guard.condition && other.holds !== guard.holds,
      ),
  );
  if (opposite) return true;
  const system = new ConstraintSystem();
  const instance = new Instance(system);
  instance.assumeLoops(loops);
  for (const constraint of [first, second].flatMap(guardConstraints)) instance.assume(constraint);
  return !system.isFeasible();
}

/** One side of a merge: a value, and when it is needed. */
interface Side {
  readonly value: Term;
  readonly condition: Term;
}

function mergeRun(run: readonly Statement[], loops: readonly Loop[], wires: Operation[]): readonly Node[] {
  const sides = run.map((statement): Side => {
    const condition = conditionOf(statement, loops);
    return { condition, value: guardLoads(statement, condition, loops) };
  });
  const values = mergeSides(sides, at(run, 0));
  if (values === undefined) return run;
  const wired = run.map((statement, index): readonly [Node, Statement] => {
    const wire = newArray(`shared${String(wires.length)}`, [], typeOfTerm(statement.value));
    wires.push(wire);
    const access: Access = { array: wire.result, subscripts: [] };
    const { span } = statement;
    const load: Term = { kind: "load", access, type: arrayType(wire.result).element, span };
    return [
      { kind: "statement", guards: [], target: access, value: at(values, index), span },
      { ...statement, value: load },
    ];
  });
  return [...wired.map(([store]) => store), ...wired.map(([, statement]) => statement)];
}

/** Whether a statement runs; a condition that loads what is outside of an array elsewhere is evaluated only behind those before it. */
function conditionOf(statement: Statement, loops: readonly Loop[]): Term {
  const { guards, span } = statement;
  return guards.reduce<Term>(
    (before, guard, index) => {
      const own = guardTerm(guard, statement);
      if (index === 0) return own;
      if (loadsOf([own]).every(({ access }) => isInside(access, loops))) return andTerms([before, own], span);
      const type = typeOfTerm(own);
      return {
        kind: "choose",
        condition: before,
        whenTrue: own,
        whenFalse: constantTerm(0, type, span),
        type,
        span,
      };
    },
    andTerms([], span),
  );
}

function guardTerm(guard: Guard, { span }: Statement): Term {
  if (guard.kind === "affine")
    return andTerms(
      guard.constraints.map((constraint) => constraintTerm(constraint, span)),
      span,
    );
  if (guard.holds) return guard.condition;
  const type = typeOfTerm(guard.condition);
  const operands = [guard.condition, constantTerm(1, type, span)];
  return { kind: "operation", name: "arith.xori", operands, attributes: {}, type, span };
}

/** The value with loads that are inside of their array only where the statement runs replaced by guarded ones. */
function guardLoads(statement: Statement, condition: Term, loops: readonly Loop[]): Term {
  const load = (found: LoadTerm): Term => {
    if (isInside(found.access, loops)) return found;
    const { type, span } = found;
    return { kind: "choose", condition, whenTrue: found, whenFalse: constantTerm(0, type, span), type, span };
  };
  return new TermRewriter({ load }).term(statement.value);
}

/** The values with operations shared; undefined where there is nothing to share. */
function mergeSides(sides: readonly Side[], statement: Statement): readonly Term[] | undefined {
  const [first, ...rest] = sides;
  if (first === undefined) return undefined;
  let [values, condition]: [readonly Term[], Term] = [[first.value], first.condition];
  let shared = 0;
  for (const side of rest) {
    const pairs = matching(subtermsOf(values).filter(isUnit), subtermsOf([side.value]).filter(isUnit));
    shared += pairs.length;
    const merged = mergePair(values, side.value, pairs, condition);
    values = [...merged.first, merged.second];
    condition = orTerms(condition, side.condition, statement);
  }
  return shared === 0 ? undefined : values;
}

function orTerms(a: Term, b: Term, { span }: Statement): Term {
  return {
    kind: "operation",
    name: "arith.ori",
    operands: [a, b],
    attributes: {},
    type: typeOfTerm(a),
    span,
  };
}

/** What takes a unit in hardware: float arithmetic. */
function isUnit(term: Term): term is OperationTerm {
  return (
    term.kind === "operation" &&
    term.operands.length > 0 &&
    term.type.kind === "float" &&
    term.name !== "arith.select"
  );
}

/** A longest common subsequence of operations by kind: what is matched keeps the order of dependence on both sides. */
function matching(
  a: readonly OperationTerm[],
  b: readonly OperationTerm[],
): readonly (readonly [OperationTerm, OperationTerm])[] {
  const same = (x: OperationTerm, y: OperationTerm): boolean =>
    x.name === y.name &&
    x.operands.length === y.operands.length &&
    sameType(x.type, y.type) &&
    attributesKey(x.attributes) === attributesKey(y.attributes);
  const best = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      at(best, i)[j] = same(at(a, i), at(b, j))
        ? 1 + at(at(best, i + 1), j + 1)
        : Math.max(at(at(best, i + 1), j), at(at(best, i), j + 1));
  const out: (readonly [OperationTerm, OperationTerm])[] = [];
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; ) {
    if (same(at(a, i), at(b, j))) out.push([at(a, i++), at(b, j++)]);
    else if (at(at(best, i + 1), j) >= at(at(best, i), j + 1)) i++;
    else j++;
  }
  return out;
}

/** Both values with each pair as one operation. */
function mergePair(
  first: readonly Term[],
  second: Term,
  pairs: readonly (readonly [OperationTerm, OperationTerm])[],
  condition: Term,
): { readonly first: readonly Term[]; readonly second: Term } {
  const mateOf = new Map<Term, OperationTerm>(pairs.flatMap(([x, y]) => [[x, y] as const, [y, x] as const]));
  const isFirst = new Set<Term>(pairs.map(([x]) => x));
  const done = new Map<Term, Term>();
  const visit = (term: Term): Term => {
    const known = done.get(term);
    if (known !== undefined) return known;
    const mate = mateOf.get(term);
    const made = mate === undefined || term.kind !== "operation" ? rebuilt(term) : joined(term, mate);
    done.set(term, made);
    if (mate !== undefined) done.set(mate, made);
    return made;
  };
  const rebuilt = (term: Term): Term =>
    term.kind === "operation" ? { ...term, operands: term.operands.map(visit) } : term;
  const joined = (term: OperationTerm, mate: OperationTerm): Term => {
    const [x, y] = isFirst.has(term) ? [term, mate] : [mate, term];
    const operands = x.operands.map((operand, index) => {
      const [left, right] = [visit(operand), visit(at(y.operands, index))];
      return left === right ? left : selectTerm(condition, left, right, x.span);
    });
    return { ...x, operands };
  };
  return { first: first.map(visit), second: visit(second) };
}
