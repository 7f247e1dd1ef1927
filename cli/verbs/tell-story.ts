import type { Result } from "../../ir/index.ts";
import { renderSummary } from "../generation/render-summary.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import type { RunResult } from "../schemas/run.ts";
import type { Outcome, Session } from "../verb.ts";

/** Shows a job as it goes: the text itself, progress for people, tokens for programs. */
export function watchSession({ output, signal }: Session): JobWatch {
  return {
    onProgress: (line) => {
      output.line(line);
    },
    onText: (text) => {
      output.text(text);
    },
    onToken: ({ id, text }) => {
      output.event({ event: "token", id, text });
    },
    signal,
  };
}

/** Ends the text with a summary; tokens that differ from the reference's are our bug. */
export function endRun(result: Result<RunResult>, { output }: Session): Outcome {
  if (result.kind === "error") return result;
  const { value } = result;
  output.text("\n");
  output.line(renderSummary(value));
  if (value.matches_reference !== false) return result;
  const index = value.first_mismatch?.index ?? 0;
  return { kind: "wrong", value, message: `token ${index} differs from the integer reference's` };
}
