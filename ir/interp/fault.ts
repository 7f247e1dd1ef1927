import type { Diagnostic } from "../support/diagnostics.ts";
import { fail, ok, type Result } from "../support/result.ts";

/** Carries a diagnostic out of running code; interpreters catch it and answer with it. */
export class InterpreterFault extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.name = "InterpreterFault";
    this.diagnostic = diagnostic;
  }
}

/** Runs `body`; a fault in it becomes an error. */
export function catching<T>(body: () => T): Result<T> {
  try {
    return ok(body());
  } catch (error) {
    if (error instanceof InterpreterFault) return fail(error.diagnostic);
    throw error;
  }
}
