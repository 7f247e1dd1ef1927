import type { HwBuilder, Value } from "../../ir/index.ts";
import { ERROR_BITS, ERROR_CODES, type ErrorName } from "./error-codes.ts";

/** A condition of one cycle and the code it stands for; of several in a cycle the first wins. */
export interface ErrorSource {
  readonly when: Value;
  readonly code: ErrorName;
}

/** The code of the first error since reset or `clear`; 0 is none. */
export function stickyError(b: HwBuilder, sources: readonly ErrorSource[], clear: Value): Value {
  const code = b.feedback(ERROR_BITS, { name: "error_code", reset: 0n });
  const none = b.constant(0, ERROR_BITS);
  const kept = b.mux(clear, none, code.value);
  const raised = [...sources]
    .reverse()
    .reduce(
      (later, { when, code: name }) => b.mux(when, b.constant(ERROR_CODES[name], ERROR_BITS), later),
      none,
    );
  code.drive(b.mux(b.equals(kept, 0), raised, kept));
  return code.value;
}
