import type { Attributes } from "../../core/attribute.ts";
import type { Operation, Value } from "../../core/operation.ts";
import type { Span } from "../../support/diagnostics.ts";
import { type AffineSum, type Counter, mentions } from "./sum.ts";
import {
  type Access,
  type Guard,
  type LoadTerm,
  loadsOf,
  type Term,
  type TermRewrite,
  TermRewriter,
} from "./term.ts";

/** One store, under guards. All loads of a statement come before its store. */
export interface Statement {
  readonly kind: "statement";
  readonly guards: readonly Guard[];
  readonly target: Access;
  readonly value: Term;
  readonly span: Span;
}

/** A counted loop: from the largest of `lower` to below the smallest of `upper`. */
export interface Loop {
  readonly kind: "loop";
  readonly counter: Counter;
  readonly lower: readonly AffineSum[];
  readonly upper: readonly AffineSum[];
  readonly step: number;
  /** Directives and names: everything but the bounds. */
  readonly attributes: Attributes;
  readonly body: readonly Node[];
  readonly span: Span;
}

export type Node = Loop | Statement;

/** A function of loops over arrays as a tree: statements with affine accesses in counted loops. */
export interface LoopProgram {
  /** The function that it was read from. */
  readonly func: Operation;
  /** Attributes that the function gets beside its own. */
  readonly attributes?: Attributes;
  /** The operations that make arrays, in order; an array is known by its operation's result. */
  readonly arrays: readonly Operation[];
  readonly body: readonly Node[];
  readonly returned: readonly Term[];
}

/** A statement and the loops around it, outermost first. */
export interface Placed {
  readonly statement: Statement;
  readonly loops: readonly Loop[];
}

/** All statements below `nodes` in program order. */
export function statementsOf(nodes: readonly Node[], loops: readonly Loop[] = []): readonly Placed[] {
  return nodes.flatMap((node) =>
    node.kind === "statement" ? [{ statement: node, loops }] : statementsOf(node.body, [...loops, node]),
  );
}

/** Everything that a statement evaluates: guards, subscripts of the store, value. */
export function rootsOf(statement: Statement): readonly Term[] {
  const conditions = statement.guards.flatMap((guard) => (guard.kind === "data" ? [guard.condition] : []));
  const sums = [
    ...statement.target.subscripts,
    ...statement.guards.flatMap((guard) =>
      guard.kind === "affine" ? guard.constraints.map(({ sum }) => sum) : [],
    ),
  ];
  return [...conditions, ...sums.map((sum): Term => ({ kind: "index", sum })), statement.value];
}

/** Rewrites nodes: bounds, guards, accesses and values. */
export function rewriteNodes(nodes: readonly Node[], rewrite: TermRewrite): readonly Node[] {
  const rewriter = new TermRewriter(rewrite);
  const visit = (node: Node): Node =>
    node.kind === "statement"
      ? rewriteStatement(node, rewriter)
      : {
          ...node,
          lower: node.lower.map((sum) => rewriter.sum(sum)),
          upper: node.upper.map((sum) => rewriter.sum(sum)),
          body: node.body.map(visit),
        };
  return nodes.map(visit);
}

/** The same statement with its terms rewritten. */
export function rewriteStatement(statement: Statement, rewriter: TermRewriter): Statement {
  return {
    ...statement,
    guards: statement.guards.map((guard) => rewriter.guard(guard)),
    target: rewriter.access(statement.target),
    value: rewriter.term(statement.value),
  };
}

/** Nodes with a counter replaced by a sum. */
export function substituteCounter(nodes: readonly Node[], counter: Counter, sum: AffineSum): readonly Node[] {
  return rewriteNodes(nodes, { counter: (found) => (found === counter ? sum : undefined) });
}

/** Every list of siblings, innermost first, through `change`. */
export function changeBodies(
  nodes: readonly Node[],
  change: (nodes: readonly Node[], loops: readonly Loop[]) => readonly Node[],
  loops: readonly Loop[] = [],
): readonly Node[] {
  const inner = nodes.map((node) => {
    if (node.kind === "statement") return node;
    const body = changeBodies(node.body, change, [...loops, node]);
    return sameNodes(body, node.body) ? node : { ...node, body };
  });
  return change(inner, loops);
}

/** Whether two lists hold the same nodes. */
export function sameNodes(a: readonly Node[], b: readonly Node[]): boolean {
  return a.length === b.length && a.every((node, index) => node === b[index]);
}

/** The loops of a nest with one loop in each other, and what is in the innermost one. */
export function perfectLoops(nest: Loop): {
  readonly loops: readonly Loop[];
  readonly body: readonly Node[];
} {
  const loops = [nest];
  let { body } = nest;
  for (let [only] = body; body.length === 1 && only?.kind === "loop"; [only] = body) {
    loops.push(only);
    body = only.body;
  }
  return { loops, body };
}

/** Whether the bounds of `loop` depend on a counter. */
export function boundsMention(loop: Loop, counter: Counter): boolean {
  return [...loop.lower, ...loop.upper].some((sum) => mentions(sum, counter));
}

/** Whether an array is the function's own and nobody sees it afterwards. */
export function isPrivate(program: LoopProgram, array: Value): boolean {
  const isLocal = program.arrays.some((op) => op.name === "memref.alloc" && op.result === array);
  return isLocal && !program.returned.some((term) => term.kind === "value" && term.value === array);
}

/** A list of nodes, at any depth, with one of them replaced; what does not hold it stays the same object. */
export function replaceNode(nodes: readonly Node[], old: Node, by: readonly Node[]): readonly Node[] {
  return nodes.flatMap((node): readonly Node[] => {
    if (node === old) return by;
    if (node.kind === "statement") return [node];
    const body = replaceNode(node.body, old, by);
    return [sameNodes(body, node.body) ? node : { ...node, body }];
  });
}

/** Every statement of a list of nodes, at any depth, through `change`. */
export function changeStatements(
  nodes: readonly Node[],
  change: (statement: Statement) => Statement,
): readonly Node[] {
  return nodes.map((node) =>
    node.kind === "loop" ? { ...node, body: changeStatements(node.body, change) } : change(node),
  );
}

/** Whether a statement stores to an array or loads from it. */
export function touches(statement: Statement, array: Value): boolean {
  return statement.target.array === array || loadsArray(statement, array);
}

/** Whether a statement loads from an array. */
export function loadsArray(statement: Statement, array: Value): boolean {
  return loadsOf(rootsOf(statement)).some(({ access }) => access.array === array);
}

/** A program in which some arrays are made by other operations. */
export function moveArrays(program: LoopProgram, by: ReadonlyMap<Operation, Operation>): LoopProgram {
  if (by.size === 0) return program;
  const values = new Map([...by].map(([old, made]) => [old.result, made.result]));
  const move = (access: Access): Access => ({ ...access, array: values.get(access.array) ?? access.array });
  const load = (found: LoadTerm): Term => ({ ...found, access: move(found.access) });
  const moved = changeStatements(rewriteNodes(program.body, { load }), (statement) => ({
    ...statement,
    target: move(statement.target),
  }));
  return {
    ...program,
    arrays: program.arrays.map((op) => by.get(op) ?? op),
    body: moved,
    returned: program.returned.map((term): Term => {
      if (term.kind !== "value") return new TermRewriter({ load }).term(term);
      return { kind: "value", value: values.get(term.value) ?? term.value };
    }),
  };
}
