import { defineDiagnostic } from "../../ir/index.ts";

/** The part has no external memory, or its file does not say how much. */
export const memoryUnknown = defineDiagnostic("CLI0090", "error", (p: { readonly device: string }) => ({
  message: `${p.device} has no external memory whose size is known`,
  expected: "a device file with dram.bytes",
}));

/** Not even the weights find room. */
export const memoryTooSmall = defineDiagnostic(
  "CLI0091",
  "error",
  (p: { readonly needed: number; readonly available: number; readonly model: string }) => ({
    message: `the weights of ${p.model} and the tables of a step take ${p.needed} bytes, there are ${p.available}`,
    expected: "a board with more memory, or a smaller model",
  }),
);

/** A checkpoint of another shape than the one that was compiled. */
export const shapeDiffers = defineDiagnostic(
  "CLI0092",
  "error",
  (p: { readonly model: string; readonly differences: readonly string[] }) => ({
    message: `${p.model} has another shape than the build: ${p.differences.join(", ")}`,
    expected: "a checkpoint with the sizes that the build was compiled for",
    hint: "compile it: hidalgo compile",
  }),
);

/** A file that no report is. */
export const reportUnknown = defineDiagnostic("CLI0093", "error", (p: { readonly problem: string }) => ({
  message: `is no report that can be read: ${p.problem}`,
  expected: "Vivado's report_timing_summary or report_utilization as text, or nextpnr's --report JSON",
}));

/** A report of something else than the build. */
export const reportOfOther = defineDiagnostic(
  "CLI0094",
  "error",
  (p: { readonly design: string; readonly top: string }) => ({
    message: `is a report on the design ${p.design}, the build's top is ${p.top}`,
    expected: `a report on ${p.top}`,
    hint: "--any-design accepts a report on a design that contains the accelerator",
  }),
);
