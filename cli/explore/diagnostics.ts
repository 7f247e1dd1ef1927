import { defineDiagnostic } from "../../ir/index.ts";

/** `--from` names no point of a report. */
export const noPoint = defineDiagnostic("CLI0131", "error", (p: { readonly problem: string }) => ({
  message: `no design can be taken from there: ${p.problem}`,
  expected: "a report of hidalgo explore and a point in it: report/report.json#12",
}));

/** The workload does not fit the model's context. */
export const workloadTooLong = defineDiagnostic(
  "CLI0132",
  "error",
  (p: { readonly tokens: number; readonly context: number }) => ({
    message: `prompt and output are ${p.tokens} tokens, the context has ${p.context}`,
    expected: `--workload with at most ${p.context} tokens together`,
  }),
);

/** `--resume` where there is nothing, or something of another exploration. */
export const nothingToResume = defineDiagnostic("CLI0133", "error", (p: { readonly problem: string }) => ({
  message: `nothing can be resumed: ${p.problem}`,
  expected: "the folder of an exploration of the same model, device and workload",
}));
