import { at, present } from "../../support/bug.ts";
import { orderedComponents } from "../analysis/components.ts";
import { type Dependence, dependencesOf } from "../analysis/dependences.ts";
import { type LoopProgram, type Node, type Statement, statementsOf } from "../model/program.ts";

/** What is kept together. */
export interface DistributeOptions {
  /** Statements that stand in one body with no loop between them stay in one nest. */
  readonly keepBodies?: boolean;
}

/**
 * Splits nests as far as dependences allow (Allen and Kennedy): at each level the strongly connected components of
 * statements get a loop of their own, in a topological order that keeps the order of the program where it can.
 */
export function distribute(
  program: LoopProgram,
  { keepBodies = false }: DistributeOptions = {},
): LoopProgram {
  const dependences = dependencesOf(statementsOf(program.body));
  return { ...program, body: distributeNodes(program.body, { dependences, keepBodies, depth: 0 }) };
}

interface Level {
  /** Those that are not carried by loops outside. */
  readonly dependences: readonly Dependence[];
  readonly keepBodies: boolean;
  readonly depth: number;
}

function distributeNodes(nodes: readonly Node[], level: Level): readonly Node[] {
  const placed = statementsOf(nodes);
  const childOf = new Map<Statement, Node>();
  for (const node of nodes) for (const { statement } of statementsOf([node])) childOf.set(statement, node);
  const groups = groupsOf(nodes, level.keepBodies);
  const groupOf = new Map<Statement, number>();
  groups.forEach((group, index) => {
    for (const statement of group) groupOf.set(statement, index);
  });
  const within = level.dependences.filter(
    ({ source, target }) => groupOf.has(source.statement) && groupOf.has(target.statement),
  );
  const edges = within.map(
    ({ source, target }) =>
      [
        present(groupOf.get(source.statement), "a group"),
        present(groupOf.get(target.statement), "a group"),
      ] as const,
  );
  const order = new Map(placed.map(({ statement }, index) => [statement, index]));
  const deeper = within.filter(({ carrier }) => carrier === undefined || carrier > level.depth);
  return orderedComponents(groups.length, edges).flatMap((component): readonly Node[] => {
    const members = component
      .flatMap((group) => at(groups, group))
      .sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
    const child = present(childOf.get(at(members, 0)), "the node of a statement");
    if (child.kind === "statement") return members;
    const body = restricted(child.body, new Set(members));
    return [
      { ...child, body: distributeNodes(body, { ...level, dependences: deeper, depth: level.depth + 1 }) },
    ];
  });
}

/** What must not be parted: single statements, or those of one body. */
function groupsOf(nodes: readonly Node[], keepBodies: boolean): readonly (readonly Statement[])[] {
  if (!keepBodies) return statementsOf(nodes).map(({ statement }) => [statement]);
  const groups: Statement[][] = [];
  let open: Statement[] | undefined;
  for (const node of nodes) {
    if (node.kind === "loop") {
      open = undefined;
      groups.push(...groupsOf(node.body, true).map((group) => [...group]));
    } else if (open === undefined) {
      open = [node];
      groups.push(open);
    } else open.push(node);
  }
  return groups;
}

/** The nodes with the given statements alone. */
function restricted(nodes: readonly Node[], members: ReadonlySet<Statement>): readonly Node[] {
  return nodes.flatMap((node): readonly Node[] => {
    if (node.kind === "statement") return members.has(node) ? [node] : [];
    const body = restricted(node.body, members);
    return body.length === 0 ? [] : [{ ...node, body }];
  });
}
