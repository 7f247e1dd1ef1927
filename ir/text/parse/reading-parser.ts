import type { IToken, ParserMethod } from "chevrotain";
import type { AffineExpr } from "../../core/affine.ts";
import type { Attribute, Attributes } from "../../core/attribute.ts";
import { Block, Operation, Region, type Value } from "../../core/operation.ts";
import { printType, sameType, type Type } from "../../core/type.ts";
import { builtSpan, type Diagnostic, type Span } from "../../support/diagnostics.ts";
import { BareId, ResultNumber, SsaId, StringLiteral, SymbolId } from "../tokens.ts";
import { AttributeParser } from "./attribute-parser.ts";
import { AbandonedOperation, mismatchedCount, mismatchedUse } from "./diagnostics.ts";
import { type UseName, ValueScopes } from "./scopes.ts";

/** The name of a value token without its `%`. */
export function nameOf(token: IToken): string {
  return token.image.slice(1);
}

/** What hooks read operations with (`OpReader`), on top of the grammar of attributes. */
export class ReadingParser extends AttributeParser {
  opSpan: Span = builtSpan("text");
  resultName: string | undefined;
  protected readonly problems: Diagnostic[] = [];
  protected scopes = new ValueScopes(() => undefined);

  /** `%name` or `%name#1`. */
  readonly useRule: ParserMethod<[], UseName> = this.RULE("rule: value", () => {
    const token = this.CONSUME(SsaId);
    const number = this.OPTION(() => this.CONSUME(ResultNumber).image);
    return this.ACTION(() => ({ name: `${nameOf(token)}${number ?? ""}`, span: this.spanOf(token) }));
  });

  at(text: string): boolean {
    return this.LA(1).image === text;
  }

  atUse(): boolean {
    return this.LA(1).tokenType === SsaId;
  }

  atNumber(): boolean {
    return /^[-\d]/u.test(this.LA(1).image) && !this.at("->");
  }

  atString(): boolean {
    return this.LA(1).tokenType === StringLiteral;
  }

  atAttrDict(): boolean {
    if (!this.at("{")) return false;
    const after = this.LA(3).image;
    const key = this.LA(2);
    return (
      (isWord(key) || key.tokenType === StringLiteral) && (after === "=" || after === "," || after === "}")
    );
  }

  accept(text: string): boolean {
    if (!this.at(text)) return false;
    this.SKIP_TOKEN();
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) throw this.unexpected(this.LA(1), `'${text}'`);
  }

  use(): UseName {
    if (!this.atUse()) throw this.unexpected(this.LA(1), "a value name");
    return this.SUBRULE(this.useRule);
  }

  uses(): readonly UseName[] {
    const uses: UseName[] = [];
    if (!this.atUse()) return uses;
    do uses.push(this.use());
    while (this.accept(","));
    return uses;
  }

  resolve(use: UseName, type?: Type): Value {
    return this.scopes.resolve(use, type);
  }

  resolveAll(uses: readonly UseName[], types: readonly Type[]): readonly Value[] {
    const first = uses[0];
    if (uses.length !== types.length) {
      this.problems.push(
        mismatchedCount(first?.span ?? this.opSpan, {
          what: "types",
          actual: types.length,
          wanted: uses.length,
        }),
      );
    }
    return uses.map((use, index) => this.resolve(use, types[index]));
  }

  defined(): Value {
    const use = this.use();
    const value = this.resolve(use);
    if (value.type.kind === "none") throw new AbandonedOperation();
    return value;
  }

  type(): Type {
    return this.SUBRULE(this.typeRule);
  }

  types(): readonly Type[] {
    const types = [this.type()];
    while (this.accept(",")) types.push(this.type());
    return types;
  }

  resultTypes(): readonly Type[] {
    return this.SUBRULE(this.resultTypesRule);
  }

  firMemShape(): Type {
    return this.SUBRULE(this.firMemShapeRule);
  }

  attribute(): Attribute {
    return this.SUBRULE(this.attributeRule);
  }

  number(): Attribute {
    return this.numberAttribute(this.SUBRULE(this.numberRule), undefined);
  }

  integer(): bigint {
    const token = this.LA(1);
    const number = this.number();
    return number.kind === "int" ? number.value : this.reject(token, "an integer");
  }

  attrDict(): Attributes {
    return this.atAttrDict() ? this.SUBRULE(this.dictRule) : {};
  }

  symbol(): string {
    const token = this.LA(1);
    if (token.tokenType !== SymbolId) throw this.unexpected(token, "a symbol name");
    this.SKIP_TOKEN();
    return this.symbolOf(token);
  }

  string(): string {
    const token = this.LA(1);
    if (token.tokenType !== StringLiteral) throw this.unexpected(token, "a string");
    this.SKIP_TOKEN();
    return this.stringOf(token);
  }

  word(expected: string): string {
    const token = this.LA(1);
    if (!isWord(token)) throw this.unexpected(token, expected);
    this.SKIP_TOKEN();
    return token.image;
  }

  affine(names: (use: UseName, asSymbol: boolean) => AffineExpr): AffineExpr {
    this.affineNames = (token, asSymbol) =>
      token.tokenType === SsaId
        ? names({ name: nameOf(token), span: this.spanOf(token) }, asSymbol)
        : undefined;
    return this.SUBRULE(this.affineRule);
  }

  parens<T>(item: () => T): readonly T[] {
    const items: T[] = [];
    this.expect("(");
    if (this.accept(")")) return items;
    do items.push(item());
    while (this.accept(","));
    this.expect(")");
    return items;
  }

  impliedRegion(terminator: string): Region {
    const block = new Block();
    block.append(new Operation({ name: terminator, span: this.opSpan }));
    return new Region(block);
  }

  checkTypes(values: readonly Value[], types: readonly Type[]): void {
    if (values.length !== types.length) {
      this.problems.push(
        mismatchedCount(this.opSpan, {
          what: "values at the end of the body",
          actual: values.length,
          wanted: types.length,
        }),
      );
      return;
    }
    values.forEach((value, index) => {
      const wanted = types[index];
      if (wanted === undefined || value.type.kind === "none" || sameType(value.type, wanted)) return;
      this.problems.push(
        mismatchedUse(this.opSpan, {
          name: value.hint ?? String(index),
          used: printType(wanted),
          defined: printType(value.type),
        }),
      );
    });
  }

  fail(expected: string): never {
    throw this.unexpected(this.LA(0), expected);
  }

  /** Takes `loc(…)` where it stands: places are those of this text. */
  protected skipLocation(): void {
    if (!this.at("loc") || this.LA(2).image !== "(") return;
    this.SKIP_TOKEN();
    this.skipBalanced();
  }
}

/** Keywords are words too. */
function isWord(token: IToken): boolean {
  return token.tokenType === BareId || (token.tokenType.CATEGORIES?.includes(BareId) ?? false);
}
