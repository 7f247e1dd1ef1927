/** Where something is: a file (or the name of an input) and, where known, a 1-based line and column. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The span of things that no text stands behind: IR that the compiler itself made. */
export function builtSpan(origin: string): Span {
  return { file: origin, line: 0, column: 0 };
}

/** `file:line:column`, or the file alone where no line is known. */
export function printSpan(span: Span): string {
  return span.line === 0 ? span.file : `${span.file}:${String(span.line)}:${String(span.column)}`;
}

/** `unsupported` says honestly: valid input, not done yet. */
export type Severity = "error" | "warning" | "unsupported";

/** A second place that belongs to a diagnostic. */
export interface Note {
  readonly span: Span;
  readonly text: string;
}

/** Something a user can cause: what is wrong, where, what was expected, what to do. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly where: Span;
  readonly expected?: string;
  readonly hint?: string;
  readonly notes: readonly Note[];
}

/** What a diagnostic says beside its code, severity and place. */
export interface DiagnosticText {
  readonly message: string;
  readonly expected?: string;
  readonly hint?: string;
  readonly notes?: readonly Note[];
}

/** Makes the diagnostics of one code; owned by the module that reports them. */
export type DiagnosticFactory<P> = (where: Span, params: P) => Diagnostic;

/** Codes are stable, unique and each has a test; wording may improve. */
export function defineDiagnostic<P>(
  code: string,
  severity: Severity,
  text: (params: P) => DiagnosticText,
): DiagnosticFactory<P> {
  return (where, params) => ({ code, severity, where, notes: [], ...text(params) });
}

/** The diagnostic on several lines for a person: place, severity and code, message, expected, hint, notes. */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const { code, severity, message, where, expected, hint, notes } = diagnostic;
  const lines = [`${printSpan(where)}: ${severity} ${code}: ${message}`];
  if (expected !== undefined) lines.push(`  expected: ${expected}`);
  if (hint !== undefined) lines.push(`  hint: ${hint}`);
  for (const note of notes) lines.push(`  note: ${printSpan(note.span)}: ${note.text}`);
  return lines.join("\n");
}
