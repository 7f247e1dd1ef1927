import { ok, type Result } from "../../ir/index.ts";

/** What is known of a front before anything is measured. */
interface Front {
  readonly points: readonly { readonly pareto: boolean }[];
  /** An index into `points`. */
  readonly chosen: number;
}

/** Measures the chosen point and others of the front, `count` in all; what was found, by the place of the point. */
export async function confirmPoints<Measured>(
  { points, chosen }: Front,
  { count, signal }: { readonly count: number; readonly signal: AbortSignal | undefined },
  measure: (id: number) => Promise<Result<Measured>>,
): Promise<Result<ReadonlyMap<number, Measured>>> {
  const front = points.flatMap(({ pareto }, id) => (pareto && id !== chosen ? [id] : []));
  const measured = new Map<number, Measured>();
  for (const id of [chosen, ...front].slice(0, count)) {
    signal?.throwIfAborted();
    const found = await measure(id);
    if (found.kind === "error") return found;
    measured.set(id, found.value);
  }
  return ok(measured);
}
