import type { Attributes } from "../../core/attribute.ts";
import type { Value } from "../../core/operation.ts";
import type { Span } from "../../support/diagnostics.ts";
import type { AffineSum, Counter } from "../model/sum.ts";
import type { Access, Guard, Term } from "../model/term.ts";

/** The body of a function or loop as it is read; `position` numbers everything in the order of the text. */
export interface DraftBlock {
  readonly items: (DraftLoop | DraftStore)[];
}
/** A loop whose body is being read. */
export interface DraftLoop {
  readonly kind: "loop";
  readonly position: number;
  readonly counter: Counter;
  readonly lower: readonly AffineSum[];
  readonly upper: readonly AffineSum[];
  readonly step: number;
  readonly attributes: Attributes;
  readonly span: Span;
  readonly block: DraftBlock;
}
/** A store whose value has not been checked for what happens between its loads and the store. */
export interface DraftStore {
  readonly kind: "store";
  readonly position: number;
  readonly guards: readonly Guard[];
  readonly target: Access;
  readonly value: Term;
  readonly span: Span;
}

/** Where something stands: the blocks around it, outermost first, and its place in the text. */
export interface Site {
  readonly path: readonly DraftBlock[];
  readonly position: number;
  readonly guards: readonly Guard[];
}

/** A store that was met, for the search of what comes between. */
export interface KnownStore {
  readonly array: Value;
  readonly site: Site;
}

/** Everything that reading a function collects. */
export interface Draft {
  readonly block: DraftBlock;
  /** Where the operation of a term stands. */
  readonly origins: Map<Term, Site>;
  readonly stores: KnownStore[];
  readonly returned: { readonly terms: readonly Term[]; readonly site: Site };
}
