import {
  builtSpan,
  type Diagnostic,
  defineDiagnostic,
  type Note,
  type Span,
} from "../../support/diagnostics.ts";
import type { InstanceLost } from "../instance/instance.ts";

/** What upstream MLIR itself says, at the place where it says it. */
const upstream = defineDiagnostic("MLIR0001", "error", (p: { message: string; notes: readonly Note[] }) => p);
const upstreamWarning = defineDiagnostic(
  "MLIR0002",
  "warning",
  (p: { message: string; notes: readonly Note[] }) => p,
);
export const badPipeline = defineDiagnostic("MLIR0003", "error", (p: { message: string }) => ({
  message: p.message,
  expected: "a pipeline such as builtin.module(func.func(canonicalize),cse)",
  hint: "Engine.passes() lists the passes that are built in",
}));
const tooDeep = defineDiagnostic("MLIR0004", "error", () => ({
  message: "the text is nested too deeply for MLIR in WebAssembly",
  expected: "at most some hundred regions, types or attributes inside each other",
}));
const gaveUp = defineDiagnostic("MLIR0005", "error", (p: { reason: string }) => ({
  message: `MLIR gave up: ${p.reason}`,
  hint: "upstream MLIR ends its process where it cannot go on; here only its instance was replaced",
}));
export const unreadable = defineDiagnostic("MLIR0006", "error", (p: { what: string; text: string }) => ({
  message: `'${p.text}' is not ${p.what}`,
  expected: p.what,
}));
export const failedSilently = defineDiagnostic("MLIR0007", "error", (p: { what: string }) => ({
  message: `${p.what} failed and gave no reason`,
}));

/** A diagnostic as native/bind.cpp writes it. */
interface RawDiagnostic {
  readonly severity: "note" | "warning" | "error" | "remark";
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** A location that no file stands behind, printed. */
  readonly location?: string;
  readonly notes?: readonly RawDiagnostic[];
}

function spanOf(raw: RawDiagnostic, input: string): Span {
  if (raw.file === undefined) return builtSpan(raw.location ?? input);
  return { file: raw.file, line: raw.line ?? 0, column: raw.column ?? 0 };
}

function diagnosticOf(raw: RawDiagnostic, input: string): Diagnostic {
  const notes = (raw.notes ?? []).map((note) => ({ span: spanOf(note, input), text: note.message }));
  const make = raw.severity === "error" ? upstream : upstreamWarning;
  return make(spanOf(raw, input), { message: raw.message, notes });
}

/** Reads the diagnostics of an instance; `input` names what has no place of its own. */
export function readDiagnostics(lines: readonly string[], input: string): readonly Diagnostic[] {
  return lines.map((line) => diagnosticOf(JSON.parse(line) as RawDiagnostic, input)); // written by native/bind.cpp, in this form
}

/** What the user is told when an instance was lost while it worked on `input`. */
export function explainLoss(lost: InstanceLost, input: string): Diagnostic {
  const where = builtSpan(input);
  switch (lost.reason) {
    case "stack":
      return tooDeep(where, undefined);
    case "trap":
      return gaveUp(where, { reason: lost.message });
    case "gone":
      return gaveUp(where, { reason: `its instance was lost in another call (${lost.message})` });
  }
}
