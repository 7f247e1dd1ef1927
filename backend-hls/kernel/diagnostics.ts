import { defineDiagnostic } from "../../ir/index.ts";

/** A kernel body that the pipeliner cannot take. */
export const unsupportedKernel = defineDiagnostic(
  "HLS0001",
  "unsupported",
  (p: { kernel: string; what: string; expected: string }) => ({
    message: `kernel ${p.kernel}: ${p.what}`,
    expected: p.expected,
  }),
);

/** No schedule exists within the limits. */
export const noSchedule = defineDiagnostic("HLS0002", "error", (p: { kernel: string; reason: string }) => ({
  message: `kernel ${p.kernel} cannot be scheduled: ${p.reason}`,
  expected: "an initiation interval within the limit",
  hint: "lower the clock, or split the recurrence",
}));
