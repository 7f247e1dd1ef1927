import type { Diagnostic } from "../../support/diagnostics.ts";
import { badPipeline } from "./diagnostics.ts";

/** The pipeline with the anchor that upstream wants: a plain list of passes is meant for the module. */
export function anchored(pipeline: string): string {
  const text = pipeline.trim();
  return /^(?:builtin\.module|any)\s*\(/u.test(text) && closesAtEnd(text) ? text : `builtin.module(${text})`;
}

/** Whether the first parenthesis of the text is closed by its last character. */
function closesAtEnd(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "(") depth += 1;
    if (text[at] === ")") depth -= 1;
    if (depth === 0 && text[at] === ")") return at === text.length - 1;
  }
  return false;
}

const WITH_PLACE = /^MLIR Textual PassPipeline Parser:\d+:(?<column>\d+): error: (?<message>[^\n]*)/u;

/** What upstream's reader of pipelines wrote, as a diagnostic at a column of the pipeline. */
export function pipelineDiagnostic(said: string): Diagnostic {
  const { column, message } = WITH_PLACE.exec(said)?.groups ?? {};
  if (column === undefined || message === undefined) {
    return badPipeline({ file: "pipeline", line: 0, column: 0 }, { message: said });
  }
  return badPipeline({ file: "pipeline", line: 1, column: Number(column) }, { message });
}
