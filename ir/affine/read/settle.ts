import type { Operation, Value } from "../../core/operation.ts";
import { at } from "../../support/bug.ts";
import { newArray } from "../model/arrays.ts";
import type { Node, Statement } from "../model/program.ts";
import { type AffineSum, type Opaque, substituteSum, variableSum } from "../model/sum.ts";
import type { Access, Guard, LoadTerm, Term } from "../model/term.ts";
import type { Draft, DraftBlock, DraftLoop, DraftStore, KnownStore, Site } from "./draft.ts";

/** What a draft becomes. */
interface Settled {
  readonly body: readonly Node[];
  readonly returned: readonly Term[];
  readonly temporaries: readonly Operation[];
}

/** Makes statements of stores: each must be able to load where it stands what the text loads earlier. */
export function settle(draft: Draft): Settled {
  const settler = new Settler(draft);
  const body = settler.block(draft.block, [draft.block]);
  const { terms, site } = draft.returned;
  const returned = terms.map((term) => settler.at(term, site));
  return { body: settler.withTemporaries(draft.block, body), returned, temporaries: settler.temporaries };
}

interface Numbered {
  readonly position: number;
  readonly node: Node;
}

class Settler {
  readonly temporaries: Operation[] = [];
  readonly #draft: Draft;
  readonly #storesByArray = new Map<Value, KnownStore[]>();
  readonly #temporaryOf = new Map<Term, Operation>();
  /** Stores of temporaries, by the block that they go into. */
  readonly #added = new Map<DraftBlock, Numbered[]>();
  readonly #positions = new Map<Node, number>();

  constructor(draft: Draft) {
    this.#draft = draft;
    for (const store of draft.stores) {
      const known = this.#storesByArray.get(store.array);
      if (known === undefined) this.#storesByArray.set(store.array, [store]);
      else known.push(store);
    }
  }

  block(block: DraftBlock, path: readonly DraftBlock[]): readonly Node[] {
    return block.items.map((item) => {
      const node = item.kind === "loop" ? this.#loop(item, path) : this.#statement(item, path);
      this.#positions.set(node, item.position);
      return node;
    });
  }

  /** The nodes of a block with the stores of temporaries at their places: known once everything inside was settled. */
  withTemporaries(block: DraftBlock, nodes: readonly Node[]): readonly Node[] {
    const numbered = nodes.map((node): Numbered => ({ node, position: this.#positions.get(node) ?? 0 }));
    return [...numbered, ...(this.#added.get(block) ?? [])]
      .sort((a, b) => a.position - b.position)
      .map(({ node }) => node);
  }

  #loop({ block, position, ...head }: DraftLoop, path: readonly DraftBlock[]): Node {
    const site: Site = { path, position, guards: [] };
    const inner = this.block(block, [...path, block]);
    return {
      kind: "loop",
      counter: head.counter,
      lower: head.lower.map((sum) => this.#sum(sum, site)),
      upper: head.upper.map((sum) => this.#sum(sum, site)),
      step: head.step,
      attributes: head.attributes,
      span: head.span,
      body: this.withTemporaries(block, inner),
    };
  }

  #statement(store: DraftStore, path: readonly DraftBlock[]): Statement {
    const site: Site = { path, position: store.position, guards: store.guards };
    return {
      kind: "statement",
      guards: store.guards.map((guard) => this.#guard(guard, site)),
      target: this.#access(store.target, site),
      value: this.at(store.value, site),
      span: store.span,
    };
  }

  #guard(guard: Guard, site: Site): Guard {
    if (guard.kind === "data") return { ...guard, condition: this.at(guard.condition, site) };
    const constraints = guard.constraints.map(({ kind, sum }) => ({ kind, sum: this.#sum(sum, site) }));
    return { kind: "affine", constraints };
  }

  #access(access: Access, site: Site): Access {
    return { ...access, subscripts: access.subscripts.map((sum) => this.#sum(sum, site)) };
  }

  #sum(sum: AffineSum, site: Site): AffineSum {
    return substituteSum(sum, (variable) =>
      variable.kind === "opaque" ? this.#opaque(variable, site) : undefined,
    );
  }

  #opaque(variable: Opaque, site: Site): AffineSum | undefined {
    const term = this.at(variable.term, site);
    return term === variable.term ? undefined : variableSum({ kind: "opaque", term });
  }

  /** A term as it can be evaluated at `site`. */
  at(term: Term, site: Site): Term {
    const origin = this.#draft.origins.get(term);
    switch (term.kind) {
      case "value":
        return term;
      case "index":
        return { ...term, sum: this.#sum(term.sum, site) };
      case "load":
        if (origin !== undefined && this.#isOverwritten(term, origin, site)) return this.#kept(term, origin);
        return term.access.subscripts.every((sum) => sum.terms.size === 0)
          ? term
          : { ...term, access: this.#access(term.access, site) };
      case "choose":
        if (origin !== undefined && this.#isKept(term, origin, site)) return this.#kept(term, origin);
        return {
          ...term,
          condition: this.at(term.condition, site),
          whenTrue: this.at(term.whenTrue, site),
          whenFalse: this.at(term.whenFalse, site),
        };
      case "operation": {
        if (origin !== undefined && this.#isKept(term, origin, site)) return this.#kept(term, origin);
        const operands = term.operands.map((operand) => this.at(operand, site));
        return operands.every((operand, index) => operand === term.operands[index])
          ? term
          : { ...term, operands };
      }
    }
  }

  /** Float arithmetic is not repeated in a deeper loop. */
  #isKept(term: Term, origin: Site, site: Site): boolean {
    if (origin.path.length >= site.path.length) return false;
    if (term.kind === "choose") return true;
    return term.kind === "operation" && term.operands.length > 0 && term.type.kind === "float";
  }

  /** Whether the array may be stored to between the load and `site`. */
  #isOverwritten(load: LoadTerm, origin: Site, site: Site): boolean {
    const depth = origin.path.length;
    const inner = site.path[depth];
    return (this.#storesByArray.get(load.access.array) ?? []).some(({ site: store }) => {
      if (store.position < origin.position || store.path[depth - 1] !== origin.path[depth - 1]) return false;
      return store.position < site.position || (inner !== undefined && store.path[depth] === inner);
    });
  }

  /** Puts the term into a cell of its own where it is computed, and loads it from there. */
  #kept(term: LoadTerm | Extract<Term, { readonly kind: "operation" | "choose" }>, origin: Site): Term {
    let array = this.#temporaryOf.get(term);
    if (array === undefined) {
      array = newArray(`kept${String(this.temporaries.length)}`, [], term.type);
      this.temporaries.push(array);
      this.#temporaryOf.set(term, array);
      const block = at(origin.path, origin.path.length - 1);
      const value = this.at(term, origin);
      const node: Statement = {
        kind: "statement",
        guards: origin.guards.map((guard) => this.#guard(guard, origin)),
        target: { array: array.result, subscripts: [] },
        value,
        span: term.span,
      };
      const added = this.#added.get(block) ?? [];
      added.push({ position: origin.position, node });
      this.#added.set(block, added);
    }
    return {
      kind: "load",
      access: { array: array.result, subscripts: [] },
      type: term.type,
      span: term.span,
    };
  }
}
