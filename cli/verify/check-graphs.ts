import {
  buildFloatGraph,
  createGraphDecoder,
  createIntegerDecoder,
  type Int8Model,
  type QuantizedModel,
  quantizedWeights,
  type SequenceDecoder,
} from "../../frontend/index.ts";
import {
  ALL_OPS,
  builtSpan,
  CompilerBug,
  dataflowCreateTasks,
  fail,
  nnQuantize,
  type Operation,
  ok,
  type Result,
  renderDiagnostic,
  runPasses,
  withOptions,
} from "../../ir/index.ts";
import { levelsDiffer } from "./diagnostics.ts";
import { graphShapeOf, type Subject } from "./subject.ts";

/** The integer graph (level 1), or its tasks (level 2). */
function integerGraph(subject: Subject, level: 1 | 2): Operation {
  const module = buildFloatGraph(subject.checkpoint.config, graphShapeOf(subject));
  const passes = [withOptions(nnQuantize), ...(level === 2 ? [withOptions(dataflowCreateTasks)] : [])];
  const outcome = runPasses(module, passes, { registry: ALL_OPS });
  if (outcome.kind === "error") throw new CompilerBug(outcome.diagnostics.map(renderDiagnostic).join("\n"));
  return module;
}

/** The model where graphs compute as its hardware does: int8 with a scale per token throughout. */
export function asInt8(quantized: QuantizedModel): Int8Model | undefined {
  const { activations, kvBits, outliers } = quantized.precision;
  const isPlain = activations.kind === "int8" && activations.scales === "token" && kvBits === 8;
  if (!isPlain || outliers !== undefined) return undefined;
  return isInt8(quantized) ? quantized : undefined;
}

function isInt8(model: QuantizedModel): model is Int8Model {
  return model.precision.weights.kind === "int8";
}

/** What kernels are compared with: the tasks of the graph, or the integer reference where graphs do not go. */
export function openDecoder(subject: Subject, quantized: Int8Model | undefined): SequenceDecoder {
  return quantized === undefined
    ? createIntegerDecoder(subject.quantized, { blockSize: subject.plan.model.blockSize })
    : createGraphDecoder(integerGraph(subject, 2), quantizedWeights(quantized));
}

/** Level 1 against level 2: all logits of all steps. The answer is how many numbers were compared. */
export function checkGraphs(subject: Subject, quantized: Int8Model): Result<number> {
  const weights = quantizedWeights(quantized);
  const [graph, tasks] = [1, 2].map((level) =>
    createGraphDecoder(integerGraph(subject, level === 1 ? 1 : 2), weights),
  );
  let compared = 0;
  for (const [step, token] of subject.tokens.entries()) {
    const wanted = graph?.step(token) ?? new Float32Array();
    const found = tasks?.step(token) ?? new Float32Array();
    const index = wanted.findIndex((value, at) => !Object.is(value, found[at]));
    compared += wanted.length;
    if (index < 0) continue;
    const where = `logit ${index} of step ${step}`;
    const [x, y] = [String(found[index]), String(wanted[index])];
    return fail(
      levelsDiffer(builtSpan("dataflow-create-tasks"), { lowering: "tasks", where, found: x, wanted: y }),
    );
  }
  return ok(compared);
}
