import type { IToken, ParserMethod } from "chevrotain";
import {
  type AffineExpr,
  type AffineMap,
  type AffineOperator,
  affineConstant,
  dim,
  symbol,
} from "../../core/affine.ts";
import type { Attribute, Attributes } from "../../core/attribute.ts";
import { i64, type Type } from "../../core/type.ts";
import { floatOfBits, unquote } from "../literal.ts";
import {
  AffineMapKeyword,
  Arrow,
  BareId,
  BoolKeyword,
  Colon,
  Comma,
  DenseKeyword,
  Equals,
  FloatLiteral,
  HashId,
  HexLiteral,
  IntLiteral,
  LAngle,
  LBrace,
  LBracket,
  LParen,
  Minus,
  MultiplicativeKeyword,
  OpaqueKeyword,
  PathSeparator,
  Plus,
  RAngle,
  RBrace,
  RBracket,
  RParen,
  SsaId,
  Star,
  StringLiteral,
  SymbolId,
  UnitKeyword,
} from "../tokens.ts";
import { buildDense, type DenseLiteral, type NumberText } from "./dense.ts";
import { AbandonedOperation, unknownAlias } from "./diagnostics.ts";
import { TypeParser } from "./type-parser.ts";

/** What the names in an affine expression mean. */
export type AffineNames = (token: IToken, asSymbol: boolean) => AffineExpr | undefined;

/** Grammar of attributes and affine expressions. */
export class AttributeParser extends TypeParser {
  protected attributeAliases = new Map<string, Attribute>();
  protected affineNames: AffineNames = () => undefined;

  readonly attributeRule: ParserMethod<[], Attribute> = this.RULE(
    "rule: attribute",
    (): Attribute =>
      this.OR({
        DEF: [
          { ALT: (): Attribute => this.SUBRULE(this.numberAttributeRule) },
          {
            ALT: (): Attribute => {
              const token = this.CONSUME(StringLiteral);
              return this.ACTION((): Attribute => ({ kind: "string", value: this.stringOf(token) }));
            },
          },
          {
            ALT: (): Attribute => ({ kind: "bool", value: this.CONSUME(BoolKeyword).image === "true" }),
            IGNORE_AMBIGUITIES: true,
          },
          {
            ALT: (): Attribute => {
              this.CONSUME(UnitKeyword);
              return { kind: "unit" };
            },
            IGNORE_AMBIGUITIES: true,
          },
          { ALT: (): Attribute => this.SUBRULE(this.symbolAttributeRule) },
          { ALT: (): Attribute => this.SUBRULE(this.arrayAttributeRule) },
          { ALT: (): Attribute => ({ kind: "dict", entries: this.SUBRULE(this.dictRule) }) },
          { ALT: (): Attribute => this.SUBRULE(this.denseAttributeRule), IGNORE_AMBIGUITIES: true },
          { ALT: (): Attribute => this.SUBRULE(this.mapAttributeRule), IGNORE_AMBIGUITIES: true },
          {
            ALT: (): Attribute => {
              const word = this.CONSUME(OpaqueKeyword);
              return this.ACTION(() => this.opaqueAttribute(word));
            },
            IGNORE_AMBIGUITIES: true,
          },
          {
            ALT: (): Attribute => {
              const word = this.CONSUME(HashId);
              return this.ACTION(() => this.hashAttribute(word));
            },
          },
          { ALT: (): Attribute => ({ kind: "type", type: this.SUBRULE(this.typeRule) }) },
        ],
        ERR_MSG: "an attribute",
      }),
  );

  readonly numberRule: ParserMethod<[], NumberText> = this.RULE("rule: number", () => {
    const sign = this.OPTION(() => this.CONSUME(Minus));
    const token = this.OR({
      DEF: [
        { ALT: () => this.CONSUME(IntLiteral) },
        { ALT: () => this.CONSUME(FloatLiteral) },
        { ALT: () => this.CONSUME(HexLiteral) },
      ],
      ERR_MSG: "a number",
    });
    return { token, negative: sign !== undefined };
  });

  readonly numberAttributeRule: ParserMethod<[], Attribute> = this.RULE("rule: number attribute", () => {
    const number = this.SUBRULE(this.numberRule);
    const type = this.OPTION(() => {
      this.CONSUME(Colon);
      return this.SUBRULE(this.typeRule);
    });
    return this.ACTION(() => this.numberAttribute(number, type));
  });

  readonly symbolAttributeRule: ParserMethod<[], Attribute> = this.RULE("rule: symbol reference", () => {
    const first = this.CONSUME(SymbolId);
    let nested = false;
    this.MANY(() => {
      this.CONSUME(PathSeparator);
      this.CONSUME2(SymbolId);
      nested = true;
    });
    return this.ACTION(
      (): Attribute =>
        nested
          ? { kind: "opaque", text: this.textFrom(first) }
          : { kind: "symbol", name: this.symbolOf(first) },
    );
  });

  readonly arrayAttributeRule: ParserMethod<[], Attribute> = this.RULE("rule: array", (): Attribute => {
    const elements: Attribute[] = [];
    this.CONSUME(LBracket);
    this.MANY_SEP({
      SEP: Comma,
      DEF: () => {
        elements.push(this.SUBRULE(this.attributeRule));
      },
    });
    this.CONSUME(RBracket);
    return { kind: "array", elements };
  });

  /** `{a = 1, b, "c d" = 2}`. */
  readonly dictRule: ParserMethod<[], Attributes> = this.RULE("rule: dictionary", () => {
    const entries: [string, Attribute][] = [];
    this.CONSUME(LBrace);
    this.MANY_SEP({
      SEP: Comma,
      DEF: () => {
        const key = this.OR({
          DEF: [{ ALT: () => this.CONSUME(BareId) }, { ALT: () => this.CONSUME(StringLiteral) }],
          ERR_MSG: "an attribute name",
        });
        const value = this.OPTION(() => {
          this.CONSUME(Equals);
          return this.SUBRULE(this.attributeRule);
        });
        this.ACTION(() => {
          entries.push([
            key.tokenType === StringLiteral ? this.stringOf(key) : key.image,
            value ?? { kind: "unit" },
          ]);
        });
      },
    });
    this.CONSUME(RBrace);
    return Object.fromEntries(entries);
  });

  readonly denseAttributeRule: ParserMethod<[], Attribute> = this.RULE("rule: dense attribute", () => {
    const word = this.CONSUME(DenseKeyword);
    this.CONSUME(LAngle);
    const literal = this.OPTION(() => this.SUBRULE(this.denseLiteralRule));
    this.CONSUME(RAngle);
    this.CONSUME(Colon);
    const type = this.SUBRULE(this.typeRule);
    return this.ACTION((): Attribute => {
      if (type.kind !== "tensor") return { kind: "opaque", text: this.textFrom(word) };
      const element = (number: NumberText): number | bigint => this.numberValue(number, type.element);
      return (
        buildDense(literal, type, element) ??
        this.reject(word, `${type.shape.map(String).join("x")} elements, or one for all`)
      );
    });
  });

  readonly denseLiteralRule: ParserMethod<[], DenseLiteral> = this.RULE(
    "rule: dense elements",
    (): DenseLiteral =>
      this.OR({
        DEF: [
          { ALT: (): DenseLiteral => ({ kind: "number", number: this.SUBRULE(this.numberRule) }) },
          { ALT: (): DenseLiteral => ({ kind: "bool", value: this.CONSUME(BoolKeyword).image === "true" }) },
          {
            ALT: (): DenseLiteral => {
              const items: DenseLiteral[] = [];
              this.CONSUME(LBracket);
              this.MANY_SEP({
                SEP: Comma,
                DEF: () => {
                  items.push(this.SUBRULE(this.denseLiteralRule));
                },
              });
              this.CONSUME(RBracket);
              return { kind: "list", items };
            },
          },
        ],
        ERR_MSG: "a number or a list",
      }),
  );

  readonly mapAttributeRule: ParserMethod<[], Attribute> = this.RULE("rule: affine map", (): Attribute => {
    this.CONSUME(AffineMapKeyword);
    this.CONSUME(LAngle);
    const map = this.SUBRULE(this.affineMapRule);
    this.CONSUME(RAngle);
    return { kind: "affine_map", map };
  });

  /** `(d0, d1)[s0] -> (d0 + s0)`. */
  readonly affineMapRule: ParserMethod<[], AffineMap> = this.RULE("rule: affine map body", () => {
    const dims: string[] = [];
    const symbols: string[] = [];
    this.CONSUME(LParen);
    this.MANY_SEP({
      SEP: Comma,
      DEF: () => {
        dims.push(this.CONSUME(BareId).image);
      },
    });
    this.CONSUME(RParen);
    this.OPTION(() => {
      this.CONSUME(LBracket);
      this.MANY_SEP2({
        SEP: Comma,
        DEF: () => {
          symbols.push(this.CONSUME2(BareId).image);
        },
      });
      this.CONSUME(RBracket);
    });
    this.CONSUME(Arrow);
    const results = this.SUBRULE(this.affineResultsRule, { ARGS: [namesOf(dims, symbols)] });
    return { dims: dims.length, symbols: symbols.length, results };
  });

  private readonly affineResultsRule: ParserMethod<[AffineNames], readonly AffineExpr[]> = this.RULE(
    "rule: affine results",
    (names: AffineNames) => {
      const results: AffineExpr[] = [];
      this.affineNames = names;
      this.CONSUME(LParen);
      this.MANY_SEP({
        SEP: Comma,
        DEF: () => {
          results.push(this.SUBRULE(this.affineRule));
        },
      });
      this.CONSUME(RParen);
      return results;
    },
  );

  readonly affineRule: ParserMethod<[], AffineExpr> = this.RULE("rule: affine expression", () => {
    let left = this.SUBRULE(this.affineTermRule);
    this.MANY(() => {
      const sign = this.OR([{ ALT: () => this.CONSUME(Plus) }, { ALT: () => this.CONSUME(Minus) }]);
      const right = this.SUBRULE2(this.affineTermRule);
      this.ACTION(() => {
        left = { kind: "binary", op: "+", left, right: sign.tokenType === Minus ? negated(right) : right };
      });
    });
    return left;
  });

  private readonly affineTermRule: ParserMethod<[], AffineExpr> = this.RULE("rule: affine term", () => {
    let left = this.SUBRULE(this.affineFactorRule);
    this.MANY(() => {
      const operator = this.OR([
        { ALT: () => this.CONSUME(Star) },
        { ALT: () => this.CONSUME(MultiplicativeKeyword) },
      ]);
      const right = this.SUBRULE2(this.affineFactorRule);
      this.ACTION(() => {
        const op = operator.image as AffineOperator; // the two token types have no other images
        left = { kind: "binary", op, left, right };
      });
    });
    return left;
  });

  private readonly affineFactorRule: ParserMethod<[], AffineExpr> = this.RULE(
    "rule: affine factor",
    (): AffineExpr =>
      this.OR({
        DEF: [
          { ALT: () => affineConstant(Number(this.CONSUME(IntLiteral).image)) },
          {
            ALT: () => {
              this.CONSUME(Minus);
              return negated(this.SUBRULE(this.affineFactorRule));
            },
          },
          {
            ALT: () => {
              this.CONSUME(LParen);
              const inner = this.SUBRULE(this.affineRule);
              this.CONSUME(RParen);
              return inner;
            },
          },
          {
            ALT: () => {
              const name = this.CONSUME(SsaId);
              return this.ACTION(() => this.affineName(name, false));
            },
          },
          {
            ALT: () => {
              const word = this.CONSUME(BareId);
              const value = this.OPTION(() => {
                this.CONSUME2(LParen);
                const name = this.CONSUME2(SsaId);
                this.CONSUME2(RParen);
                return name;
              });
              return this.ACTION(() =>
                value === undefined ? this.affineName(word, false) : this.affineName(value, true),
              );
            },
          },
        ],
        ERR_MSG: "an affine expression",
      }),
  );

  private affineName(token: IToken, asSymbol: boolean): AffineExpr {
    return this.affineNames(token, asSymbol) ?? this.reject(token, "a dimension or symbol of this map");
  }

  protected numberAttribute(number: NumberText, written: Type | undefined): Attribute {
    const isFloat = number.token.tokenType === FloatLiteral;
    const type: Type = written ?? (isFloat ? { kind: "float", format: "f64" } : i64);
    const value = this.numberValue(number, type);
    return typeof value === "bigint" ? { kind: "int", value, type } : { kind: "float", value, type };
  }

  /** The value of a number of this type: a bigint for integers, a number for floats. */
  protected numberValue({ token, negative }: NumberText, type: Type): number | bigint {
    if (type.kind !== "float") {
      if (token.tokenType === FloatLiteral) return this.reject(token, "an integer");
      const magnitude = BigInt(token.image);
      return negative ? -magnitude : magnitude;
    }
    if (token.tokenType === IntLiteral) return this.reject(token, "a float: digits, a point, digits");
    const value =
      token.tokenType === FloatLiteral ? Number(token.image) : floatOfBits(BigInt(token.image), type.format);
    if (value === undefined) return this.reject(token, `the bits of one ${type.format}`);
    return negative ? -value : value;
  }

  protected stringOf(token: IToken): string {
    return (
      unquote(token.image) ??
      this.reject(token, 'a string with the escapes \\\\, \\", \\n, \\t and \\XX of UTF-8 bytes')
    );
  }

  protected symbolOf(token: IToken): string {
    const name = token.image.slice(1);
    return name.startsWith('"') ? (unquote(name) ?? this.reject(token, "a symbol name")) : name;
  }

  private opaqueAttribute(word: IToken): Attribute {
    if (this.LA(1).tokenType !== LAngle) throw this.unexpected(this.LA(1), "'<'");
    this.skipBalanced();
    return { kind: "opaque", text: this.textFrom(word) };
  }

  private hashAttribute(word: IToken): Attribute {
    const alias = this.attributeAliases.get(word.image);
    if (alias !== undefined) return alias;
    if (!word.image.includes("."))
      throw new AbandonedOperation(unknownAlias(this.spanOf(word), { name: word.image }));
    if (this.LA(1).tokenType === LAngle) this.skipBalanced();
    return { kind: "opaque", text: this.textFrom(word) };
  }
}

function namesOf(dims: readonly string[], symbols: readonly string[]): AffineNames {
  return (token) => {
    const position = dims.indexOf(token.image);
    if (position >= 0) return dim(position);
    const symbolPosition = symbols.indexOf(token.image);
    return symbolPosition < 0 ? undefined : symbol(symbolPosition);
  };
}

function negated(expr: AffineExpr): AffineExpr {
  if (expr.kind === "constant") return affineConstant(-expr.value);
  return { kind: "binary", op: "*", left: expr, right: affineConstant(-1) };
}
