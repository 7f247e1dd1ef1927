import type { Operation } from "../../core/operation.ts";
import { sameAccess } from "../analysis/reductions.ts";
import { arrayType, newArray } from "../model/arrays.ts";
import {
  changeBodies,
  isPrivate,
  type LoopProgram,
  loadsArray,
  type Node,
  rewriteStatement,
  rootsOf,
  type Statement,
  statementsOf,
} from "../model/program.ts";
import { type Access, loadsOf, type Term, TermRewriter } from "../model/term.ts";
import { sameGuards } from "../write/write-function.ts";

/**
 * A load of what a statement of the same body has just stored takes the value itself, through a rank-0 array (a wire in
 * hardware); stores that are overwritten before anybody loads, and private arrays that nobody loads, are removed.
 */
export function forwardStores(program: LoopProgram): LoopProgram {
  const wires: Operation[] = [];
  const body = changeBodies(program.body, (nodes) => {
    const forwarded = forwardIn(nodes, wires);
    return withoutOverwritten(forwarded);
  });
  return removeDead({ ...program, arrays: [...program.arrays, ...wires], body });
}

/** A store whose value later statements of the body may take. */
interface Available {
  readonly position: number;
  readonly statement: Statement;
}

function forwardIn(nodes: readonly Node[], wires: Operation[]): readonly Node[] {
  const wireOf = new Map<number, Access>();
  let available: readonly Available[] = [];
  const out = nodes.map((node, position): Node => {
    if (node.kind === "loop") {
      const stored = new Set(statementsOf([node]).map(({ statement }) => statement.target.array));
      available = available.filter(({ statement }) => !stored.has(statement.target.array));
      return node;
    }
    const made = takeValues(node, available, wireOf, wires);
    available = [
      ...available.filter(({ statement }) => statement.target.array !== node.target.array),
      { position, statement: node },
    ];
    return made;
  });
  return out.flatMap((node, position): readonly Node[] => {
    const wire = wireOf.get(position);
    if (wire === undefined || node.kind === "loop") return [node];
    const load = loadOf(wire, node);
    return [
      { ...node, target: wire },
      { ...node, value: load },
    ];
  });
}

function loadOf(access: Access, { span }: Statement): Term {
  return { kind: "load", access, type: arrayType(access.array).element, span };
}

function takeValues(
  statement: Statement,
  available: readonly Available[],
  wireOf: Map<number, Access>,
  wires: Operation[],
): Statement {
  const load = (found: Extract<Term, { readonly kind: "load" }>): Term | undefined => {
    const source = available.find(
      (each) =>
        sameAccess(each.statement.target, found.access) &&
        (each.statement.guards.length === 0 || sameGuards(each.statement.guards, statement.guards)),
    );
    // A cell of its own is a wire already.
    if (source === undefined || found.access.subscripts.length === 0) return undefined;
    let wire = wireOf.get(source.position);
    if (wire === undefined) {
      const array = newArray(`wire${String(wires.length)}`, [], found.type);
      wires.push(array);
      wire = { array: array.result, subscripts: [] };
      wireOf.set(source.position, wire);
    }
    return { ...found, access: wire };
  };
  if (loadsOf(rootsOf(statement)).length === 0) return statement;
  return rewriteStatement(statement, new TermRewriter({ load }));
}

/** Drops stores to a cell that the same body stores to again, under no other guards, with no load of the array between. */
function withoutOverwritten(nodes: readonly Node[]): readonly Node[] {
  return nodes.filter((node, position) => {
    if (node.kind === "loop") return true;
    for (const later of nodes.slice(position + 1)) {
      if (statementsOf([later]).some(({ statement }) => loadsArray(statement, node.target.array)))
        return true;
      if (later.kind === "loop" || !sameAccess(later.target, node.target)) continue;
      if (later.guards.length === 0 || sameGuards(later.guards, node.guards)) return false;
    }
    return true;
  });
}

/** Removes private arrays that nobody loads, with the stores to them, and loops that are left empty. */
export function removeDead(program: LoopProgram): LoopProgram {
  const placed = statementsOf(program.body);
  const dead = program.arrays.filter(
    (op) =>
      isPrivate(program, op.result) && !placed.some(({ statement }) => loadsArray(statement, op.result)),
  );
  if (dead.length === 0) return program;
  const values = new Set(dead.map((op) => op.result));
  const keep = (nodes: readonly Node[]): readonly Node[] =>
    nodes.flatMap((node): readonly Node[] => {
      if (node.kind === "statement") return values.has(node.target.array) ? [] : [node];
      const body = keep(node.body);
      return body.length === 0 ? [] : [{ ...node, body }];
    });
  const arrays = program.arrays.filter((op) => !dead.includes(op));
  return removeDead({ ...program, arrays, body: keep(program.body) });
}
