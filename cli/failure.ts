import type { Diagnostic } from "../ir/index.ts";
import { builtSpan, printSpan, renderDiagnostic, unreachable } from "../ir/index.ts";

/** 0 success · 1 the user or the environment · 2 a bug of ours, a mismatch included · 130 Ctrl-C. */
export type ExitCode = 0 | 1 | 2 | 130;

/** Why there is no result. Diagnostics are the user's to mend; anything else that ends a verb is ours. */
export type Failure =
  | { readonly kind: "rejected"; readonly diagnostics: readonly [Diagnostic, ...Diagnostic[]] }
  | { readonly kind: "bug"; readonly message: string; readonly stack: string }
  | { readonly kind: "interrupted" };

/** The JSON object `hidalgo.error/1`; what is unknown is null, so that every field is always there. */
export interface ErrorObject {
  readonly schema: "hidalgo.error/1";
  readonly code: string;
  readonly message: string;
  readonly where: string | null;
  readonly expected: string | null;
  readonly hint: string | null;
}

const REPORT_HINT = "please report it with the command line and the input";

/** The failure as the last line of `--json`. The first of several diagnostics stands for all. */
export function errorObject(failure: Failure): ErrorObject {
  const { code, message, where, expected, hint } = headline(failure);
  const place = where === commandLine ? null : printSpan(where);
  return {
    schema: "hidalgo.error/1",
    code,
    message,
    where: place,
    expected: expected ?? null,
    hint: hint ?? null,
  };
}

/** The failure for a person: every diagnostic in full, a bug with its stack. */
export function renderFailure(failure: Failure): string {
  switch (failure.kind) {
    case "rejected":
      return failure.diagnostics.map(renderDiagnostic).join("\n");
    case "bug":
      return [renderDiagnostic(headline(failure)), failure.stack].join("\n");
    case "interrupted":
      return "hidalgo: interrupted";
    default:
      return unreachable(failure);
  }
}

/** The process's exit code for the failure. */
export function exitCodeOf(failure: Failure): ExitCode {
  switch (failure.kind) {
    case "rejected":
      return 1;
    case "bug":
      return 2;
    case "interrupted":
      return 130;
    default:
      return unreachable(failure);
  }
}

/** The place of failures that no file stands behind. */
export const commandLine = builtSpan("hidalgo");

function headline(failure: Failure): Diagnostic {
  const base = { severity: "error", where: commandLine, notes: [] } as const;
  switch (failure.kind) {
    case "rejected":
      return failure.diagnostics[0];
    case "bug":
      return { ...base, code: "BUG0001", message: failure.message, hint: REPORT_HINT };
    case "interrupted":
      return { ...base, code: "CLI0130", message: "interrupted" };
    default:
      return unreachable(failure);
  }
}
