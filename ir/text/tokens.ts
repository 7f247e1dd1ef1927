import { type CustomPatternMatcherFunc, createToken, type IToken, Lexer, type TokenType } from "chevrotain";

const DIGITS_AND_MARK = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "?"];
const DIMENSION = /(?:\d+|\?)x/uy;

/** A dimension such as `4x` is one token, but only inside the angles of a shaped type: `0x1F` is a number elsewhere. */
const matchDimension: CustomPatternMatcherFunc = (text, offset, tokens) => {
  const last = tokens[tokens.length - 1];
  const opens = last?.tokenType === LAngle && tokens[tokens.length - 2]?.tokenType === ShapedKeyword;
  const continues = last?.tokenType === Dimension && last.startOffset + last.image.length === offset;
  if (!opens && !continues) return null;
  DIMENSION.lastIndex = offset;
  return DIMENSION.exec(text);
};

export const BareId: TokenType = createToken({ name: "identifier", pattern: /[A-Za-z_][\w$.]*/u });
export const BangId: TokenType = createToken({ name: "type name", pattern: /![A-Za-z_][\w$.]*/u });
export const SsaId: TokenType = createToken({
  name: "value name",
  pattern: /%(?:\d+|[A-Za-z_$.-][\w$.-]*)/u,
});
export const SymbolId: TokenType = createToken({
  name: "symbol name",
  pattern: /@(?:[A-Za-z_][\w$.]*|"(?:[^"\\\n]|\\.)*")/u,
});
export const BlockId: TokenType = createToken({
  name: "block label",
  pattern: /\^(?:\d+|[A-Za-z_$.-][\w$.-]*)/u,
});
export const ResultNumber: TokenType = createToken({ name: "result number", pattern: /#\d+/u });
export const HashId: TokenType = createToken({ name: "attribute name", pattern: /#[A-Za-z_][\w$.-]*/u });
export const StringLiteral: TokenType = createToken({ name: "string", pattern: /"(?:[^"\\\n]|\\.)*"/u });
export const FloatLiteral: TokenType = createToken({ name: "float", pattern: /\d+\.\d*(?:[eE][-+]?\d+)?/u });
export const HexLiteral: TokenType = createToken({ name: "hexadecimal number", pattern: /0x[0-9a-fA-F]+/u });
export const IntLiteral: TokenType = createToken({ name: "integer", pattern: /\d+/u });
export const Dimension: TokenType = createToken({
  name: "dimension",
  pattern: matchDimension,
  line_breaks: false,
  start_chars_hint: DIGITS_AND_MARK,
});

function keyword(pattern: RegExp, category: TokenType = BareId): TokenType {
  return createToken({ name: `'${pattern.source}'`, pattern, longer_alt: category, categories: [category] });
}
/** `tensor`, `vector`, `memref`. */
export const ShapedKeyword: TokenType = keyword(/tensor|vector|memref/u);
export const BoolKeyword: TokenType = keyword(/true|false/u);
export const UnitKeyword: TokenType = keyword(/unit/u);
export const DenseKeyword: TokenType = keyword(/dense/u);
export const AffineMapKeyword: TokenType = keyword(/affine_map/u);
/** Attributes of MLIR that are kept as they are written. */
export const OpaqueKeyword: TokenType = keyword(/affine_set|array|sparse|dense_resource|strided/u);
export const MultiplicativeKeyword: TokenType = keyword(/mod|floordiv|ceildiv/u);
export const StreamKeyword: TokenType = keyword(/!dataflow\.stream/u, BangId);
export const BundleKeyword: TokenType = keyword(/!dataflow\.bundle/u, BangId);
export const MemoryKeyword: TokenType = keyword(/!dataflow\.memory/u, BangId);
export const FirMemKeyword: TokenType = keyword(/!seq\.firmem/u, BangId);

function punctuation(text: string): TokenType {
  return createToken({ name: `'${text}'`, pattern: text });
}
export const Arrow: TokenType = punctuation("->");
export const PathSeparator: TokenType = punctuation("::");
export const LParen: TokenType = punctuation("(");
export const RParen: TokenType = punctuation(")");
export const LBrace: TokenType = punctuation("{");
export const RBrace: TokenType = punctuation("}");
export const LBracket: TokenType = punctuation("[");
export const RBracket: TokenType = punctuation("]");
export const LAngle: TokenType = punctuation("<");
export const RAngle: TokenType = punctuation(">");
export const Comma: TokenType = punctuation(",");
export const Colon: TokenType = punctuation(":");
export const Equals: TokenType = punctuation("=");
export const Plus: TokenType = punctuation("+");
export const Minus: TokenType = punctuation("-");
export const Star: TokenType = punctuation("*");
/** Signs that occur only inside what is kept as it is written. */
const OtherSign = createToken({ name: "sign", pattern: /[?|/&;.!]/u });

const WhiteSpace = createToken({
  name: "white space",
  pattern: /\s+/u,
  group: Lexer.SKIPPED,
  line_breaks: true,
});
const Comment = createToken({ name: "comment", pattern: /\/\/[^\n]*/u, group: Lexer.SKIPPED });

/** All tokens, in the order in which they are tried. */
export const ALL_TOKENS: readonly TokenType[] = [
  WhiteSpace,
  Comment,
  SsaId,
  Comma,
  PathSeparator,
  Colon,
  Equals,
  StringLiteral,
  Dimension,
  FloatLiteral,
  HexLiteral,
  IntLiteral,
  ShapedKeyword,
  BoolKeyword,
  UnitKeyword,
  DenseKeyword,
  AffineMapKeyword,
  OpaqueKeyword,
  MultiplicativeKeyword,
  BareId,
  StreamKeyword,
  BundleKeyword,
  MemoryKeyword,
  FirMemKeyword,
  BangId,
  SymbolId,
  BlockId,
  ResultNumber,
  HashId,
  Arrow,
  LParen,
  RParen,
  LBrace,
  RBrace,
  LBracket,
  RBracket,
  LAngle,
  RAngle,
  Plus,
  Minus,
  Star,
  OtherSign,
];

/** The lexer of MLIR text; tokens know their offset, line and column. */
export const mlirLexer: Lexer = new Lexer([...ALL_TOKENS], {
  positionTracking: "onlyStart",
  ensureOptimizations: false,
});

/** Just behind the last character of a token. */
export function endOffset(token: IToken): number {
  return token.startOffset + token.image.length;
}
