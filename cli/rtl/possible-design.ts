import { type ArrayShape, chooseDesign, type ModelShape } from "../../backend-hls/index.ts";
import { type QuantizedModel, splitProblem } from "../../frontend/index.ts";
import { builtSpan, type Diagnostic, fail, type Result } from "../../ir/index.ts";
import { optionsConflict } from "../jobs/diagnostics.ts";
import type { CompileRequest } from "../rtl-engine.ts";
import { notSplittable } from "../serve/diagnostics.ts";

/** An array that a device has room for, of one row; a device without one, and a model that cannot be shared as it is asked to be, are diagnostics. */
export function possibleDesign(
  request: CompileRequest,
  quantized: QuantizedModel,
  model: ModelShape,
): Result<ArrayShape> {
  const problem = shareProblem(request, quantized);
  return problem === undefined ? chooseDesign(model, request.device, { rows: 1 }) : fail(problem);
}

/** Why a model cannot be shared by so many accelerators, or not checked; undefined: it can. */
function shareProblem(
  { verifyEach, outputs: { candidates }, parts: accelerators = 1 }: CompileRequest,
  model: QuantizedModel,
): Diagnostic | undefined {
  if (accelerators === 1) return undefined;
  const own = model.config.vocab / accelerators;
  const split = splitProblem(model, accelerators);
  const few = candidates > own ? `each has ${own} tokens, of which ${candidates} are asked for` : undefined;
  const problem = split ?? few;
  if (problem !== undefined) return notSplittable(builtSpan("--accelerators"), { accelerators, problem });
  if (!verifyEach) return undefined;
  return optionsConflict(builtSpan("--verify-each"), {
    problem: "lowerings are checked with one accelerator that has the whole model",
    expected: "--parallel data",
  });
}
