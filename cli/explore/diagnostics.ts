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

/** An objective that kernels do not have. */
export const noObjective = defineDiagnostic("CLI0134", "error", (p: { readonly objective: string }) => ({
  message: `a kernel cannot be explored for ${p.objective}: no energy of float32 operations is known`,
  expected: "--objective latency, throughput or area",
}));

/** A graph file without loops: there is nothing to explore. */
export const noKernelSpace = defineDiagnostic("CLI0135", "error", (p: { readonly name: string }) => ({
  message: `@${p.name} is no function of loops over arrays`,
  expected: "a function of affine loops over memrefs, or a model",
}));
