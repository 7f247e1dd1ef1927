import type { Diagnostic, Result } from "../../ir/index.ts";
import { checkDataflow } from "./check-dataflow.ts";
import { asInt8, checkGraphs, openDecoder } from "./check-graphs.ts";
import { checkHardware } from "./check-hardware.ts";
import type { Subject } from "./subject.ts";

/** A lowering, both sides of which were executed. */
export interface LoweringCheck {
  /** The levels on both sides (docs/architecture.md). */
  readonly lowering: "1-2" | "2-4" | "reference-4" | "4-5";
  readonly outcome:
    | { readonly kind: "same"; readonly compared: number }
    | { readonly kind: "different"; readonly diagnostics: readonly Diagnostic[] };
}

/** Memories to start from in place of the model's own. */
export interface StartImages {
  readonly dataflow?: Uint8Array;
  readonly hardware?: Uint8Array;
}

/**
 * Executes both sides of every lowering of a compiled model on the steps of `subject` (`--verify-each`): logits of graph and
 * tasks (of int8 throughout; for other number formats the integer reference stands in their place); outputs of tasks and kernels; every element of every queue, and the memory, of kernels and hardware.
 */
export async function verifyEach(
  subject: Subject,
  onCheck: (check: LoweringCheck) => void = () => undefined,
  images: StartImages = {},
): Promise<readonly LoweringCheck[]> {
  const checks: LoweringCheck[] = [];
  const add = (lowering: LoweringCheck["lowering"], result: Result<number>): void => {
    const outcome: LoweringCheck["outcome"] =
      result.kind === "ok"
        ? { kind: "same", compared: result.value }
        : { kind: "different", diagnostics: result.diagnostics };
    checks.push({ lowering, outcome });
    onCheck({ lowering, outcome });
  };
  const quantized = asInt8(subject.quantized);
  if (quantized !== undefined) add("1-2", checkGraphs(subject, quantized));
  add(
    quantized === undefined ? "reference-4" : "2-4",
    checkDataflow(subject, openDecoder(subject, quantized), images.dataflow),
  );
  add("4-5", await checkHardware(subject, images.hardware));
  return checks;
}
