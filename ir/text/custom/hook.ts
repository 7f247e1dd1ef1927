import type { AffineExpr } from "../../core/affine.ts";
import type { Attribute, Attributes } from "../../core/attribute.ts";
import type { Operation, Region, Value } from "../../core/operation.ts";
import type { Type } from "../../core/type.ts";
import type { Span } from "../../support/diagnostics.ts";
import type { UseName } from "../parse/scopes.ts";
import type { Writer } from "../print/writer.ts";

/** What reading the body of an operation yields; its name and span are known already. */
export interface OpParts {
  readonly operands?: readonly Value[];
  readonly resultTypes?: readonly Type[];
  readonly attributes?: Attributes;
  readonly regions?: readonly Region[];
}

/** An argument of a region that the operation's head declares. */
export interface NamedArg {
  readonly use: UseName;
  readonly type: Type;
}

/** How the body of a region is read. */
export interface RegionRequest {
  /** Arguments of the first block. */
  readonly args?: readonly NamedArg[];
  /** Makes the terminator where none is written. */
  readonly implied?: string;
}

/** What the hooks of operations read text with. Methods leave the operation with a diagnostic where the text does not fit. */
export interface OpReader {
  /** Where the operation's name stands. */
  readonly opSpan: Span;
  /** The first result's name, unless it is a number. */
  readonly resultName: string | undefined;
  /** Whether the next token is this. */
  at(text: string): boolean;
  /** Whether the next token begins a value name. */
  atUse(): boolean;
  /** Whether a number comes next. */
  atNumber(): boolean;
  /** Takes the next token where it is this. */
  accept(text: string): boolean;
  expect(text: string): void;
  use(): UseName;
  /** Names with commas between them, as long as there are any. */
  uses(): readonly UseName[];
  /** The value of a name; `type` is what this place asks for. */
  resolve(use: UseName, type?: Type): Value;
  resolveAll(uses: readonly UseName[], types: readonly Type[]): readonly Value[];
  /** A name and its value, which must be defined above: its type says what the operation's result is. */
  defined(): Value;
  type(): Type;
  types(): readonly Type[];
  resultTypes(): readonly Type[];
  firMemShape(): Type;
  attribute(): Attribute;
  number(): Attribute;
  integer(): bigint;
  attrDict(): Attributes;
  /** Whether an attribute dictionary comes next, not a region. */
  atAttrDict(): boolean;
  symbol(): string;
  string(): string;
  /** Whether a string comes next. */
  atString(): boolean;
  word(expected: string): string;
  affine(names: (use: UseName, asSymbol: boolean) => AffineExpr): AffineExpr;
  /** `( item, item )`. */
  parens<T>(item: () => T): readonly T[];
  region(op: string, request?: RegionRequest): Region;
  /** A region with one block that holds only this terminator. */
  impliedRegion(terminator: string): Region;
  /** Reports values that are not of these types. */
  checkTypes(values: readonly Value[], types: readonly Type[]): void;
  /** Leaves the operation: the last token is not what it should be. */
  fail(expected: string): never;
}

/** The text form of one operation, behind its results and name. */
export interface OpSyntax {
  /** The name that is printed instead of the operation's own. */
  readonly shortName?: string;
  /** Whether this form can express `op`, which its definition accepts; where not, the generic form is printed. */
  fits?(op: Operation): boolean;
  print(op: Operation, writer: Writer): void;
  parse(reader: OpReader): OpParts;
}
