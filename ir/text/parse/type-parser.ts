import {
  EmbeddedActionsParser,
  EOF,
  type IParserErrorMessageProvider,
  type IToken,
  type ParserMethod,
  tokenLabel,
} from "chevrotain";
import type { BundleType, ElementType, FloatFormat, ScalarType, StreamType, Type } from "../../core/type.ts";
import { clockType, indexType, intType, noneType, tokenType } from "../../core/type.ts";
import type { Span } from "../../support/diagnostics.ts";
import {
  ALL_TOKENS,
  Arrow,
  BangId,
  BareId,
  BundleKeyword,
  Comma,
  Dimension,
  endOffset,
  FirMemKeyword,
  IntLiteral,
  LAngle,
  LParen,
  MemoryKeyword,
  RAngle,
  RParen,
  ShapedKeyword,
  StreamKeyword,
} from "../tokens.ts";
import { AbandonedOperation, badLiteral, unexpectedToken, unknownAlias } from "./diagnostics.ts";

/** Chevrotain's messages are reduced to what was expected: the diagnostic says the rest. */
const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => tokenLabel(expected),
  buildNotAllInputParsedMessage: () => "an operation",
  buildNoViableAltMessage: ({ customUserDescription, ruleName }) =>
    customUserDescription ?? ruleName.replace("rule: ", ""),
  buildEarlyExitMessage: ({ expectedIterationPaths }) =>
    expectedIterationPaths.map(([first]) => (first === undefined ? "" : tokenLabel(first))).join(" or "),
};

const CLOSERS: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
  ["<", ">"],
]);
const FOREIGN_SCALAR = /^(?:[su]i\d+|f\d+\w*|tf32|complex|tuple)$/u;
const FLOATS: ReadonlyMap<string, FloatFormat> = new Map([
  ["f32", "f32"],
  ["f16", "f16"],
  ["bf16", "bf16"],
  ["f64", "f64"],
]);
/** MLIR's limit. */
const MAX_INT_WIDTH = 2 ** 24 - 1;

/** Whether a token stands for the end of the text. */
export function isEnd(token: IToken): boolean {
  return token.tokenType === EOF;
}

function isScalar(type: Type): type is ScalarType {
  return type.kind === "int" || type.kind === "float" || type.kind === "index";
}
function isElement(type: Type): type is ElementType {
  return isScalar(type) || type.kind === "vector";
}
function isStreamElement(type: Type): type is StreamType["element"] {
  return isElement(type) || type.kind === "bundle" || type.kind === "token";
}

/** Grammar of types. The state of one run (`source`, `file`) is set by the entry point. */
export class TypeParser extends EmbeddedActionsParser {
  protected source = "";
  protected file = "";
  protected typeAliases = new Map<string, Type>();

  constructor() {
    super([...ALL_TOKENS], { errorMessageProvider: expectations, maxLookahead: 2, recoveryEnabled: false });
  }

  readonly typeRule: ParserMethod<[], Type> = this.RULE("rule: type", () =>
    this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.functionTypeRule) },
        { ALT: () => this.SUBRULE(this.shapedTypeRule), IGNORE_AMBIGUITIES: true },
        { ALT: () => this.SUBRULE(this.streamTypeRule), IGNORE_AMBIGUITIES: true },
        { ALT: () => this.SUBRULE(this.bundleTypeRule), IGNORE_AMBIGUITIES: true },
        { ALT: () => this.SUBRULE(this.memoryTypeRule), IGNORE_AMBIGUITIES: true },
        {
          ALT: () => {
            this.CONSUME(FirMemKeyword);
            return this.SUBRULE(this.firMemShapeRule);
          },
          IGNORE_AMBIGUITIES: true,
        },
        {
          ALT: () => {
            const word = this.CONSUME(BareId);
            return this.ACTION(() => this.builtinType(word));
          },
        },
        {
          ALT: () => {
            const word = this.CONSUME(BangId);
            return this.ACTION(() => this.dialectType(word));
          },
        },
      ],
      ERR_MSG: "a type",
    }),
  );

  readonly functionTypeRule: ParserMethod<[], Type> = this.RULE("rule: function type", (): Type => {
    const inputs = this.SUBRULE(this.typeListRule);
    this.CONSUME(Arrow);
    const results = this.SUBRULE(this.resultTypesRule);
    return { kind: "function", inputs, results };
  });

  /** `(t, u)`. */
  readonly typeListRule: ParserMethod<[], readonly Type[]> = this.RULE("rule: type list", () => {
    const types: Type[] = [];
    this.CONSUME(LParen);
    this.MANY_SEP({
      SEP: Comma,
      DEF: () => {
        types.push(this.SUBRULE(this.typeRule));
      },
    });
    this.CONSUME(RParen);
    return types;
  });

  /** `(t, u)` or one type without parentheses. */
  readonly resultTypesRule: ParserMethod<[], readonly Type[]> = this.RULE("rule: result types", () =>
    this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.typeListRule), IGNORE_AMBIGUITIES: true },
        { ALT: () => [this.SUBRULE(this.typeRule)] },
      ],
      ERR_MSG: "a type",
    }),
  );

  readonly shapedTypeRule: ParserMethod<[], Type> = this.RULE("rule: shaped type", () => {
    const dims: string[] = [];
    const word = this.CONSUME(ShapedKeyword);
    this.CONSUME(LAngle);
    this.MANY(() => {
      dims.push(this.CONSUME(Dimension).image.slice(0, -1));
    });
    const element = this.OPTION(() => this.SUBRULE(this.typeRule));
    return this.ACTION(() => this.closeShaped(word, dims, element));
  });

  readonly streamTypeRule: ParserMethod<[], Type> = this.RULE("rule: stream type", () => {
    this.CONSUME(StreamKeyword);
    this.CONSUME(LAngle);
    const first = this.LA(1);
    const element = this.SUBRULE(this.typeRule);
    this.CONSUME(RAngle);
    return this.ACTION(
      (): Type =>
        isStreamElement(element)
          ? { kind: "stream", element }
          : this.reject(first, "a scalar, vector, bundle or token"),
    );
  });

  readonly bundleTypeRule: ParserMethod<[], Type> = this.RULE("rule: bundle type", () => {
    const fields: Type[] = [];
    const word = this.CONSUME(BundleKeyword);
    this.CONSUME(LAngle);
    this.MANY_SEP({
      SEP: Comma,
      DEF: () => {
        fields.push(this.SUBRULE(this.typeRule));
      },
    });
    this.CONSUME(RAngle);
    return this.ACTION((): BundleType => {
      const elements = fields.filter(isElement);
      return elements.length === fields.length
        ? { kind: "bundle", fields: elements }
        : this.reject(word, "scalars and vectors as fields");
    });
  });

  readonly memoryTypeRule: ParserMethod<[], Type> = this.RULE("rule: memory type", (): Type => {
    this.CONSUME(MemoryKeyword);
    this.CONSUME(LAngle);
    const bytes = Number(this.CONSUME(IntLiteral).image);
    this.CONSUME(RAngle);
    return { kind: "memory", bytes };
  });

  /** `<64 x 32>`: depth and width of a memory of the hardware level. */
  readonly firMemShapeRule: ParserMethod<[], Type> = this.RULE("rule: memory shape", (): Type => {
    this.CONSUME(LAngle);
    const depth = Number(this.CONSUME(IntLiteral).image);
    const by = this.CONSUME(BareId);
    const width = Number(this.CONSUME2(IntLiteral).image);
    this.CONSUME(RAngle);
    this.ACTION(() => {
      if (by.image !== "x") this.reject(by, "x");
    });
    return { kind: "firmem", depth, width };
  });

  private builtinType(word: IToken): Type {
    const { image } = word;
    if (image === "index") return indexType;
    if (image === "none") return noneType;
    const format = FLOATS.get(image);
    if (format !== undefined) return { kind: "float", format };
    if (/^i\d+$/u.test(image)) {
      const width = Number(image.slice(1));
      return width >= 1 && width <= MAX_INT_WIDTH
        ? intType(width)
        : this.reject(word, "an integer type of 1 to 16777215 bits");
    }
    return FOREIGN_SCALAR.test(image) ? this.opaqueFrom(word) : this.reject(word, "a type");
  }

  private dialectType(word: IToken): Type {
    const { image } = word;
    if (image === "!seq.clock") return clockType;
    if (image === "!dataflow.token") return tokenType;
    if (image.startsWith("!dataflow."))
      return this.reject(word, "!dataflow.stream, .bundle, .token or .memory");
    if (image.includes(".")) return this.opaqueFrom(word);
    const alias = this.typeAliases.get(image);
    if (alias === undefined) throw new AbandonedOperation(unknownAlias(this.spanOf(word), { name: image }));
    return alias;
  }

  private opaqueFrom(first: IToken): Type {
    if (this.LA(1).tokenType === LAngle) this.skipBalanced();
    return { kind: "opaque", text: this.textFrom(first) };
  }

  private closeShaped(word: IToken, dims: readonly string[], element: Type | undefined): Type {
    const shape = dims.map((dim) => (dim === "?" ? undefined : Number(dim)));
    if (this.LA(1).tokenType === RAngle && element !== undefined) {
      this.SKIP_TOKEN();
      const known = shapedType(word.image, shape, element);
      return known ?? { kind: "opaque", text: this.textFrom(word) };
    }
    this.skipToCloser(word, ">");
    return { kind: "opaque", text: this.textFrom(word) };
  }

  /** Takes an opening bracket and everything up to the bracket that closes it. */
  protected skipBalanced(): void {
    const open = this.LA(1);
    this.SKIP_TOKEN();
    this.skipToCloser(open, CLOSERS.get(open.image) ?? "");
  }

  private skipToCloser(open: IToken, closer: string): void {
    const expected = [closer];
    while (expected.length > 0) {
      const token = this.LA(1);
      if (isEnd(token)) throw this.unexpected(open, `a closing ${closer}`);
      const opened = CLOSERS.get(token.image);
      if (opened !== undefined) expected.push(opened);
      else if (token.image === expected[expected.length - 1]) expected.pop();
      this.SKIP_TOKEN();
    }
  }

  /** The text from `first` to the last token taken, with single spaces where there was white space. */
  protected textFrom(first: IToken): string {
    const text = this.source.slice(first.startOffset, endOffset(this.LA(0)));
    return text.replace(/"(?:[^"\\\n]|\\.)*"|\s+|\/\/[^\n]*\n?/gu, (part) =>
      part.startsWith('"') ? part : " ",
    );
  }

  protected spanOf(token: IToken): Span {
    const { startLine, startColumn } = token;
    if (startLine !== undefined && !isEnd(token))
      return { file: this.file, line: startLine, column: startColumn ?? 1 };
    const before = this.source.trimEnd();
    return {
      file: this.file,
      line: before.split("\n").length,
      column: before.length - before.lastIndexOf("\n"),
    };
  }

  protected unexpected(token: IToken, expected: string): AbandonedOperation {
    const found = isEnd(token) ? "end of the text" : `'${token.image}'`;
    return new AbandonedOperation(unexpectedToken(this.spanOf(token), { found, expected }));
  }

  protected reject(token: IToken, expected: string): never {
    throw new AbandonedOperation(badLiteral(this.spanOf(token), { text: token.image, expected }));
  }
}

function shapedType(word: string, shape: readonly (number | undefined)[], element: Type): Type | undefined {
  const known = shape.filter((size) => size !== undefined);
  const [lanes] = known;
  if (word === "tensor") return isScalar(element) ? { kind: "tensor", shape, element } : undefined;
  if (known.length !== shape.length || !isElement(element)) return undefined;
  if (word === "memref") return { kind: "memref", shape: known, element };
  return shape.length === 1 && lanes !== undefined && isScalar(element)
    ? { kind: "vector", lanes, element }
    : undefined;
}
