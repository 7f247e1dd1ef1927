import type { Block, Operation, Region, Value } from "../../core/operation.ts";

/** The names of one region and of what it sees. */
class NameScope {
  readonly #parent: NameScope | undefined;
  readonly #used = new Set<string>();
  readonly #nextSuffix = new Map<string, number>();
  #nextNumber: number;

  constructor(parent: NameScope | undefined) {
    this.#parent = parent;
    this.#nextNumber = parent === undefined ? 0 : parent.#nextNumber;
  }

  number(): string {
    return String(this.#nextNumber++);
  }

  unique(wanted: string): string {
    let name = wanted;
    let suffix = this.#nextSuffix.get(wanted) ?? 0;
    while (this.#has(name)) name = `${wanted}_${String(suffix++)}`;
    this.#nextSuffix.set(wanted, suffix);
    this.#used.add(name);
    return name;
  }

  #has(name: string): boolean {
    if (this.#used.has(name)) return true;
    return this.#parent === undefined ? false : this.#parent.#has(name);
  }
}

/** What naming must know of operations. */
export interface NamingRules {
  /** Regions of `op` start with a clean slate of names. */
  isolated(op: Operation): boolean;
  /** Values of the regions of `op` may be used above their definition. */
  graph(op: Operation): boolean;
  /** The name that the `index`-th argument of the regions of `op` should have instead of its hint. */
  argumentName(op: Operation, index: number): string | undefined;
}

function legal(hint: string): string {
  const cleaned = hint.replace(/[^A-Za-z0-9_$.]/gu, "_");
  return /^[A-Za-z_$.]/u.test(cleaned) ? cleaned : `_${cleaned}`;
}

/** A name without its `%` for every value of `root`: the hint, made legal and unique where it can be seen, else a number. */
export function nameValues(root: Operation, rules: NamingRules): ReadonlyMap<Value, string> {
  const names = new Map<Value, string>();
  const nameValue = (value: Value, scope: NameScope, wanted: string | undefined = value.hint): void => {
    names.set(value, wanted === undefined || wanted === "" ? scope.number() : scope.unique(legal(wanted)));
  };
  const nameRegion = (region: Region, op: Operation, outer: NameScope): void => {
    const scope = new NameScope(rules.isolated(op) ? undefined : outer);
    const graph = rules.graph(op);
    for (const block of region.blocks) {
      block.args.forEach((arg, index) => {
        nameValue(arg, scope, rules.argumentName(op, index) ?? arg.hint);
      });
      nameBlock(block, scope, graph);
    }
  };
  const nameBlock = (block: Block, scope: NameScope, graph: boolean): void => {
    if (graph) for (const op of block.ops) for (const result of op.results) nameValue(result, scope);
    for (const op of block.ops) {
      for (const region of op.regions) nameRegion(region, op, scope);
      if (!graph) for (const result of op.results) nameValue(result, scope);
    }
  };
  const top = new NameScope(undefined);
  for (const operand of root.operands) if (!names.has(operand)) nameValue(operand, top);
  for (const region of root.regions) nameRegion(region, root, top);
  for (const result of root.results) nameValue(result, top);
  return names;
}
