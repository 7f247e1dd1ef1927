/** Text with a stop string looked for as it comes. */
export interface StoppableText {
  /** Takes text in; `text` is what may be shown now, `isStopped` that a stop string ended it. */
  push(text: string): { readonly text: string; readonly isStopped: boolean };
  /** What was held back when no more text comes. */
  end(): string;
}

/** Looks for stop strings in streamed text: what could be the beginning of one is held back, the stop string itself is not shown. */
export function stoppableText(stops: readonly string[]): StoppableText {
  const known = stops.filter((stop) => stop !== "");
  let held = "";
  return {
    push: (text) => {
      held += text;
      const found = known.map((stop) => held.indexOf(stop)).filter((at) => at >= 0);
      if (found.length > 0) {
        const shown = held.slice(0, Math.min(...found));
        held = "";
        return { text: shown, isStopped: true };
      }
      const safe = held.length - Math.max(0, ...known.map((stop) => overlap(held, stop)));
      const shown = held.slice(0, safe);
      held = held.slice(safe);
      return { text: shown, isStopped: false };
    },
    end: () => {
      const rest = held;
      held = "";
      return rest;
    },
  };
}

/** How much of the end of `text` is a beginning of `stop`. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--)
    if (text.endsWith(stop.slice(0, length))) return length;
  return 0;
}
