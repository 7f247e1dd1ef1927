import {
  type IRecognitionException,
  type IToken,
  isRecognitionException,
  type ParserMethod,
} from "chevrotain";
import { Block, Operation, Region } from "../../core/operation.ts";
import type { Type } from "../../core/type.ts";
import type { Diagnostic } from "../../support/diagnostics.ts";
import type { OpParts, OpReader, RegionRequest } from "../custom/hook.ts";
import { canonicalName, isGraph, isIsolated, isTerminator, parserOf } from "../custom/table.ts";
import {
  Arrow,
  BangId,
  BareId,
  BlockId,
  Colon,
  Comma,
  Equals,
  HashId,
  IntLiteral,
  LAngle,
  LBrace,
  LBracket,
  LParen,
  RAngle,
  RBrace,
  RParen,
  SsaId,
  StringLiteral,
} from "../tokens.ts";
import {
  AbandonedOperation,
  mismatchedCount,
  noCustomForm,
  noSuccessors,
  tooDeep,
  unexpectedToken,
} from "./diagnostics.ts";
import { nameOf, ReadingParser } from "./reading-parser.ts";
import { type UseName, ValueScopes } from "./scopes.ts";
import { isEnd } from "./type-parser.ts";

interface ResultName {
  readonly token: IToken;
  readonly count: number;
}
interface RegionSource extends RegionRequest {
  readonly op: string;
  /** Generic form: without text there is no block. */
  readonly generic: boolean;
}

/** Grammar of operations. A statement that cannot be read is reported and skipped. */
export class OperationParser extends ReadingParser implements OpReader {
  #block = new Block();
  /** The block was opened by its region, not by a label. */
  #unlabelled = true;

  constructor() {
    super();
    this.performSelfAnalysis();
  }

  /** Reads a whole text; what is wrong with it is in `diagnostics`. */
  run(source: string, file: string, tokens: IToken[]): readonly Operation[] {
    this.source = source;
    this.file = file;
    this.typeAliases = new Map();
    this.attributeAliases = new Map();
    this.problems.length = 0;
    this.scopes = new ValueScopes((problem) => {
      this.problems.push(problem);
    });
    this.#block = new Block();
    this.scopes.push(true, false);
    this.input = tokens;
    this.topLevelRule();
    this.scopes.pop();
    return this.#block.ops;
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.problems;
  }

  region(op: string, request: RegionRequest = {}): Region {
    return this.SUBRULE(this.regionRule, { ARGS: [{ ...request, op, generic: false }] });
  }

  private readonly topLevelRule: ParserMethod<[], void> = this.RULE("rule: top level", () => {
    this.SUBRULE(this.linesRule);
    this.ACTION(() => {
      while (!this.#atEnd()) {
        this.#skipUnreadable("an operation");
        this.SUBRULE2(this.linesRule);
      }
    });
  });

  private readonly linesRule: ParserMethod<[], void> = this.RULE("rule: lines", () => {
    this.MANY(() => {
      this.OR([
        {
          ALT: () => {
            this.SUBRULE(this.aliasRule);
          },
        },
        {
          ALT: () => {
            this.SUBRULE(this.statementRule);
          },
        },
      ]);
    });
  });

  private readonly aliasRule: ParserMethod<[], void> = this.RULE("rule: alias", () => {
    const first = this.LA(1);
    try {
      this.SUBRULE(this.aliasLineRule);
    } catch (error) {
      this.#recover(error, first);
    }
  });

  private readonly aliasLineRule: ParserMethod<[], void> = this.RULE("rule: alias definition", () => {
    this.OR([
      {
        ALT: () => {
          const name = this.CONSUME(HashId).image;
          this.CONSUME(Equals);
          const value = this.SUBRULE(this.attributeRule);
          this.ACTION(() => {
            this.attributeAliases.set(name, value);
          });
        },
      },
      {
        ALT: () => {
          const name = this.CONSUME(BangId).image;
          this.CONSUME2(Equals);
          const type = this.SUBRULE(this.typeRule);
          this.ACTION(() => {
            this.typeAliases.set(name, type);
          });
        },
      },
    ]);
  });

  /** One operation; what is wrong in it is reported here, and reading goes on behind it. */
  private readonly statementRule: ParserMethod<[], void> = this.RULE("rule: statement", () => {
    const first = this.LA(1);
    const block = this.#block;
    try {
      const op = this.SUBRULE(this.operationRule);
      this.ACTION(() => {
        block.append(op);
      });
    } catch (error) {
      this.#block = block;
      this.#recover(error, first);
    }
  });

  private readonly operationRule: ParserMethod<[], Operation> = this.RULE("rule: operation", () => {
    const depth = this.scopes.depth;
    const names = this.OPTION(() => this.SUBRULE(this.resultNamesRule));
    const results = this.ACTION(() => names ?? []);
    try {
      return this.OR({
        DEF: [
          { ALT: () => this.SUBRULE(this.genericRule, { ARGS: [results] }) },
          { ALT: () => this.SUBRULE(this.customRule, { ARGS: [results] }) },
        ],
        ERR_MSG: "the name of an operation",
      });
    } catch (error) {
      this.ACTION(() => {
        this.scopes.unwind(depth);
        for (const { token } of results) this.scopes.poison(nameOf(token), this.spanOf(token));
      });
      throw error;
    }
  });

  private readonly resultNamesRule: ParserMethod<[], readonly ResultName[]> = this.RULE(
    "rule: result names",
    () => {
      const names: ResultName[] = [];
      this.AT_LEAST_ONE_SEP({
        SEP: Comma,
        DEF: () => {
          const token = this.CONSUME(SsaId);
          const count = this.OPTION(() => {
            this.CONSUME(Colon);
            return this.CONSUME(IntLiteral).image;
          });
          names.push({ token, count: Number(count ?? "1") });
        },
      });
      this.CONSUME(Equals);
      return names;
    },
  );

  private readonly customRule: ParserMethod<[readonly ResultName[]], Operation> = this.RULE(
    "rule: operation in its own form",
    (results: readonly ResultName[]) => {
      const word = this.CONSUME(BareId);
      return this.ACTION(() => {
        const name = canonicalName(word.image);
        const parse = parserOf(name);
        if (parse === undefined)
          throw new AbandonedOperation(noCustomForm(this.spanOf(word), { op: word.image }));
        const [first] = results;
        const outer = [this.opSpan, this.resultName] as const;
        this.opSpan = this.spanOf(word);
        this.resultName = first === undefined ? undefined : hintOf(nameOf(first.token));
        const parts = parse(this);
        [this.opSpan, this.resultName] = outer;
        this.skipLocation();
        return this.#finish(name, word, results, parts);
      });
    },
  );

  private readonly genericRule: ParserMethod<[readonly ResultName[]], Operation> = this.RULE(
    "rule: generic operation",
    (results: readonly ResultName[]) => {
      const uses: UseName[] = [];
      const regions: Region[] = [];
      const word = this.CONSUME(StringLiteral);
      const name = this.ACTION(() => this.stringOf(word));
      this.CONSUME(LParen);
      this.MANY_SEP({
        SEP: Comma,
        DEF: () => {
          uses.push(this.SUBRULE(this.useRule));
        },
      });
      this.CONSUME(RParen);
      this.OPTION(() => {
        this.CONSUME(LBracket);
        this.ACTION(() => {
          throw new AbandonedOperation(noSuccessors(this.spanOf(word), { op: name }));
        });
      });
      const properties = this.OPTION2(() => {
        this.CONSUME(LAngle);
        const entries = this.SUBRULE(this.dictRule);
        this.CONSUME(RAngle);
        return entries;
      });
      this.OPTION3(() => {
        this.CONSUME2(LParen);
        this.MANY_SEP2({
          SEP: Comma,
          DEF: () => {
            regions.push(this.SUBRULE(this.regionRule, { ARGS: [{ op: name, generic: true }] }));
          },
        });
        this.CONSUME2(RParen);
      });
      const attributes = this.OPTION4(() => this.SUBRULE2(this.dictRule));
      this.CONSUME(Colon);
      const inputs = this.SUBRULE(this.typeListRule);
      this.CONSUME(Arrow);
      const resultTypes = this.SUBRULE(this.resultTypesRule);
      return this.ACTION(() => {
        this.skipLocation();
        this.opSpan = this.spanOf(word);
        const operands = this.resolveAll(uses, inputs);
        return this.#finish(name, word, results, {
          operands,
          resultTypes,
          regions,
          attributes: { ...properties, ...attributes },
        });
      });
    },
  );

  private readonly regionRule: ParserMethod<[RegionSource], Region> = this.RULE(
    "rule: region",
    (source: RegionSource) => {
      const region = new Region();
      const outer = this.#block;
      this.CONSUME(LBrace);
      this.ACTION(() => {
        this.#openRegion(source, region);
      });
      this.SUBRULE(this.bodyRule, { ARGS: [region] });
      this.ACTION(() => {
        while (!this.at("}") && !this.#atEnd()) {
          this.#skipUnreadable("an operation or '}'");
          this.SUBRULE2(this.bodyRule, { ARGS: [region] });
        }
      });
      this.CONSUME(RBrace);
      this.ACTION(() => {
        this.#closeRegion(source, region);
        this.#block = outer;
      });
      return region;
    },
  );

  private readonly bodyRule: ParserMethod<[Region], void> = this.RULE("rule: body", (region: Region) => {
    this.MANY(() => {
      this.SUBRULE(this.statementRule);
    });
    this.MANY2(() => {
      this.SUBRULE(this.blockLabelRule, { ARGS: [region] });
      this.MANY3(() => {
        this.SUBRULE2(this.statementRule);
      });
    });
  });

  private readonly blockLabelRule: ParserMethod<[Region], void> = this.RULE(
    "rule: labelled block",
    (region: Region) => {
      const args: { readonly token: IToken; readonly type: Type }[] = [];
      this.CONSUME(BlockId);
      this.OPTION(() => {
        this.CONSUME(LParen);
        this.MANY_SEP({
          SEP: Comma,
          DEF: () => {
            const token = this.CONSUME(SsaId);
            this.CONSUME(Colon);
            args.push({ token, type: this.SUBRULE(this.typeRule) });
          },
        });
        this.CONSUME(RParen);
      });
      this.CONSUME2(Colon);
      this.ACTION(() => {
        if (!this.#unlabelled || this.#block.ops.length > 0 || this.#block.args.length > 0) {
          if (this.#block.parent === undefined) region.append(this.#block);
          this.#block = new Block();
        }
        this.#unlabelled = false;
        if (this.#block.parent === undefined) region.append(this.#block);
        for (const { token, type } of args)
          this.#addArg({ name: nameOf(token), span: this.spanOf(token) }, type);
      });
    },
  );

  #openRegion(source: RegionSource, region: Region): void {
    this.scopes.push(isIsolated(source.op), isGraph(source.op));
    this.#block = new Block();
    this.#unlabelled = true;
    if (!source.generic) region.append(this.#block);
    for (const { use, type } of source.args ?? []) this.#addArg(use, type);
  }

  #closeRegion(source: RegionSource, region: Region): void {
    const block = this.#block;
    if (block.parent === undefined && (block.ops.length > 0 || !this.#unlabelled)) region.append(block);
    const { implied } = source;
    if (implied !== undefined && (block.last === undefined || !isTerminator(block.last.name))) {
      block.append(new Operation({ name: implied, span: this.spanOf(this.LA(0)) }));
    }
    this.#unlabelled = false; // the block that goes on has operations, or its label was read
    this.scopes.pop();
  }

  #addArg(use: UseName, type: Type): void {
    this.scopes.define(use.name, this.#block.addArg(type, hintOf(use.name)), use.span);
  }

  #finish(name: string, word: IToken, results: readonly ResultName[], parts: OpParts): Operation {
    const span = this.spanOf(word);
    const op = new Operation({ name, span, ...parts });
    const wanted = results.reduce((sum, { count }) => sum + count, 0);
    if (results.length > 0 && wanted !== op.results.length) {
      this.problems.push(
        mismatchedCount(span, {
          what: `names for the results of ${name}`,
          actual: wanted,
          wanted: op.results.length,
        }),
      );
    }
    let next = 0;
    for (const { token, count } of results) {
      for (let index = 0; index < Math.min(count, op.results.length - next + index); index++)
        this.#nameResult(op, next++, token, count > 1 ? index : undefined);
      if (next > op.results.length || op.results.length === 0)
        this.scopes.poison(nameOf(token), this.spanOf(token));
    }
    return op;
  }

  #nameResult(op: Operation, index: number, token: IToken, part: number | undefined): void {
    const value = op.results[index];
    const name = nameOf(token);
    const span = this.spanOf(token);
    if (value === undefined) {
      this.scopes.poison(name, span);
      return;
    }
    value.hint = hintOf(name);
    if (part === undefined || part === 0) this.scopes.define(name, value, span);
    if (part !== undefined) this.scopes.define(`${name}#${String(part)}`, value, span);
  }

  #atEnd(): boolean {
    return isEnd(this.LA(1));
  }

  #skipUnreadable(expected: string): void {
    const token = this.LA(1);
    const { diagnostic } = this.unexpected(token, expected);
    if (diagnostic !== undefined) this.problems.push(diagnostic);
    this.#skipStatement(token);
  }

  #recover(error: unknown, first: IToken): void {
    if (error instanceof AbandonedOperation) {
      if (error.diagnostic !== undefined) this.problems.push(error.diagnostic);
    } else if (isSyntaxError(error)) {
      const { token, message } = error;
      const found = isEnd(token) ? "end of the text" : `'${token.image}'`;
      this.problems.push(unexpectedToken(this.spanOf(token), { found, expected: message }));
    } else if (error instanceof RangeError) {
      const problem = tooDeep(this.spanOf(first), {});
      if (!this.problems.some(({ code }) => code === problem.code)) this.problems.push(problem);
    } else {
      throw error;
    }
    this.#skipStatement(first);
  }

  /** Goes to the brace that closes this block, or to the next line that looks like an operation of it; takes one token at least. */
  #skipStatement(first: IToken): void {
    let depth = this.#depthSince(first);
    let last = this.LA(0);
    for (let token = this.LA(1); !this.#atEnd(); last = token, token = this.SKIP_TOKEN()) {
      const begins = STATEMENT_STARTS.has(token.tokenType) && token.startLine !== last.startLine;
      if (token !== first && depth <= 0 && (token.tokenType === RBrace || begins)) return;
      if (token.tokenType === LBrace) depth++;
      if (token.tokenType === RBrace) depth--;
    }
  }

  /** How many braces are open that were opened from `first` on. */
  #depthSince(first: IToken): number {
    let depth = 0;
    for (let back = 0; ; back--) {
      const token = this.LA(back);
      if (isEnd(token) || token.startOffset < first.startOffset) return Math.max(0, depth);
      if (token.tokenType === LBrace) depth++;
      if (token.tokenType === RBrace) depth--;
    }
  }
}

/** What the parser generator throws where the text does not fit the grammar. */
function isSyntaxError(error: unknown): error is IRecognitionException {
  return error instanceof Error && isRecognitionException(error);
}

const STATEMENT_STARTS: ReadonlySet<unknown> = new Set([SsaId, BareId, StringLiteral, BlockId]);

/** Numbers are no names: they are made anew when the value is printed. */
function hintOf(name: string): string | undefined {
  return /^\d+$/u.test(name) ? undefined : name;
}
