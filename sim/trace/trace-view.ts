/** What of a simulation a waveform shows. */
export interface TraceView {
  /** First and last cycle, counted from the first clock edge; cycle `c` stands at the times 2c and 2c + 1. */
  readonly window?: { readonly from: number; readonly to: number };
  /** Paths of instances below the top module (`memory`, `accelerator.core`), `""` for the top; all by default. */
  readonly scopes?: readonly string[];
  /** Levels of hierarchy below each scope, 1 for its own signals alone; all by default. */
  readonly depth?: number;
}

/** Whether the signals of the instance at `path` (names from the top down) are shown. */
export function isShown({ scopes, depth }: TraceView, path: readonly string[]): boolean {
  return (scopes ?? [""]).some((scope) => {
    const steps = scope === "" ? [] : scope.split(".");
    return (
      steps.every((step, index) => path[index] === step) && path.length - steps.length < (depth ?? Infinity)
    );
  });
}
