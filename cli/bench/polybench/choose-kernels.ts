import { builtSpan, fail, ok, type Result } from "../../../ir/index.ts";
import { unknownKernel } from "../diagnostics.ts";

/** Those of a table's kernels that `--kernels` names, in the table's order; all where nobody names any. */
export function chooseKernels<K extends { readonly name: string }>(
  all: readonly K[],
  names: string | undefined,
): Result<readonly K[]> {
  const wanted = names?.split(",");
  const known = all.map(({ name }) => name);
  const unknown = wanted?.find((name) => !known.includes(name));
  if (unknown !== undefined) return fail(unknownKernel(builtSpan("--kernels"), { name: unknown, known }));
  return ok(all.filter(({ name }) => wanted?.includes(name) ?? true));
}
