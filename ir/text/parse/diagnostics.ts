import { type Diagnostic, defineDiagnostic } from "../../support/diagnostics.ts";

export const strangeCharacter = defineDiagnostic("TXT0001", "error", (p: { text: string }) => ({
  message: `${p.text} cannot start anything here`,
  expected: "MLIR text",
}));
export const unexpectedToken = defineDiagnostic(
  "TXT0002",
  "error",
  (p: { found: string; expected: string }) => ({
    message: `unexpected ${p.found}`,
    expected: p.expected,
  }),
);
export const undefinedValue = defineDiagnostic("TXT0003", "error", (p: { name: string }) => ({
  message: `use of undefined value %${p.name}`,
  expected: "a value that is defined above, in this region or around it",
}));
export const redefinedValue = defineDiagnostic("TXT0004", "error", (p: { name: string }) => ({
  message: `redefinition of value %${p.name}`,
  expected: "one definition of each name",
}));
export const mismatchedUse = defineDiagnostic(
  "TXT0005",
  "error",
  (p: { name: string; used: string; defined: string }) => ({
    message: `%${p.name} is used as ${p.used} but defined as ${p.defined}`,
    expected: p.defined,
  }),
);
export const noCustomForm = defineDiagnostic("TXT0006", "error", (p: { op: string }) => ({
  message: `${p.op} has no form of its own here`,
  expected: `the generic form: "${p.op}"(…) : (…) -> …`,
}));
export const mismatchedCount = defineDiagnostic(
  "TXT0007",
  "error",
  (p: { what: string; actual: number; wanted: number }) => ({
    message: `${String(p.actual)} ${p.what}`,
    expected: `${String(p.wanted)} ${p.what}`,
  }),
);
export const badLiteral = defineDiagnostic("TXT0008", "error", (p: { text: string; expected: string }) => ({
  message: `${p.text} is not valid here`,
  expected: p.expected,
}));
export const unknownAlias = defineDiagnostic("TXT0009", "error", (p: { name: string }) => ({
  message: `${p.name} is not defined`,
  expected: `a line "${p.name} = …" above`,
}));
export const noSuccessors = defineDiagnostic("TXT0010", "unsupported", (p: { op: string }) => ({
  message: `${p.op} jumps to other blocks`,
  expected: "structured control flow: scf and affine",
}));
export const tooDeep = defineDiagnostic("TXT0011", "error", () => ({
  message: "the text is nested too deeply",
  expected: "fewer regions, lists or brackets inside each other",
}));

/** Leaves the operation that is being read; the statement around it takes up again. No diagnostic: one was given before. */
export class AbandonedOperation extends Error {
  readonly diagnostic: Diagnostic | undefined;

  constructor(diagnostic?: Diagnostic) {
    super(diagnostic?.message ?? "an operand was not defined");
    this.name = "AbandonedOperation";
    this.diagnostic = diagnostic;
  }
}
