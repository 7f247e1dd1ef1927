import { Block, type Operation, Region } from "../../core/operation.ts";
import { ModuleOp } from "../../dialects/builtin/ops.ts";
import type { Diagnostic } from "../../support/diagnostics.ts";
import { fail, ok, type Result } from "../../support/result.ts";
import { mlirLexer } from "../tokens.ts";
import { strangeCharacter } from "./diagnostics.ts";
import { OperationParser } from "./operation-parser.ts";

let shared: OperationParser | undefined;

/**
 * Reads MLIR text: the generic form of any operation, and the forms that `printModule` writes.
 * Operations that are not in a `module` are put into one. Says everything that is wrong, in the order of the text; never throws for what the text says.
 * @param text the text
 * @param file the name that spans give for it
 */
export function parseModule(text: string, file: string): Result<Operation> {
  const { tokens, errors } = mlirLexer.tokenize(text);
  const strange = errors.map(
    ({ line, column, offset, length }): Diagnostic =>
      strangeCharacter(
        { file, line: line ?? 1, column: column ?? 1 },
        { text: `'${text.slice(offset, offset + Math.min(length, 20))}'` },
      ),
  );
  shared ??= new OperationParser();
  const ops = shared.run(text, file, tokens);
  const problems = [...strange, ...shared.diagnostics].sort(
    (a, b) => a.where.line - b.where.line || a.where.column - b.where.column,
  );
  if (problems.length > 0) return fail(...problems);
  const [only] = ops;
  if (ops.length === 1 && only?.name === "builtin.module") {
    only.parent?.remove(only);
    return ok(only);
  }
  const body = new Block();
  for (const op of [...ops]) {
    op.parent?.remove(op);
    body.append(op);
  }
  return ok(
    ModuleOp.create({
      operands: {},
      attrs: { sym_name: undefined },
      regions: [new Region(body)],
      span: { file, line: 1, column: 1 },
    }),
  );
}
