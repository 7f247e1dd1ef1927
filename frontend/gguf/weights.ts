import { builtSpan, type Diagnostic, fail, ok, present, type Result } from "../../ir/index.ts";
import type { LayerWeights, ModelConfig } from "../checkpoint.ts";
import { listTensors, type PlannedTensor, planTensors } from "../huggingface/tensor-plan.ts";
import { readPlan, type Weights } from "../huggingface/weights.ts";
import { toHalfSplitRows } from "../llama2c/rope-order.ts";
import { checkFinite } from "../weights-finite.ts";
import { ggufTensorsWrong, ggufTypeUnsupported } from "./diagnostics.ts";
import type { GgufFile } from "./read-file.ts";
import { readGgufTensor } from "./read-tensor.ts";
import { ropeFactorsName } from "./rope-scaling.ts";
import { ggufName } from "./tensor-names.ts";
import { knownTypes, nameOfNumber, typeOfNumber } from "./tensor-types.ts";

/** Names shown in a message about many tensors. */
const shownNames = 4;

/** Reads the weights that a configuration calls for; rotary rows come out in half-split order. */
export function readWeights(file: GgufFile, config: ModelConfig): Result<Weights> {
  const problems = checkTensors(file, config);
  return problems.length > 0 ? fail(...problems) : readAll(file, config);
}

/** Everything that is wrong with the tensors, before a single weight is read. */
function checkTensors(file: GgufFile, config: ModelConfig): readonly Diagnostic[] {
  const planned = listTensors(planTensors(config)).map(({ name, shape }) => ({
    name: ggufName(name),
    shape,
  }));
  const where = builtSpan(file.source.name);
  const table = new Map(file.table.map((tensor) => [tensor.name, tensor]));
  const known = new Set([...planned.map(({ name }) => name), ropeFactorsName]);
  const missing = planned.filter(({ name }) => !table.has(name)).map(({ name }) => name);
  const unknown = [...table.keys()].filter((name) => !known.has(name));
  const counted = (names: readonly string[], what: string, expected: string): readonly Diagnostic[] =>
    names.length === 0 ? [] : [ggufTensorsWrong(where, { problem: `${list(names)} ${what}`, expected })];
  return [
    ...counted(missing, "missing", "every weight that the metadata call for"),
    ...counted(
      unknown,
      "not part of this architecture",
      "the architecture's own weights, without other biases or adapters",
    ),
    ...planned.flatMap((tensor) => {
      const found = table.get(tensor.name);
      if (found === undefined) return [];
      const type = nameOfNumber(found.typeNumber);
      return [
        ...checkShape(where, tensor, found.shape),
        ...(typeOfNumber(found.typeNumber) === undefined
          ? [ggufTypeUnsupported(where, { tensor: tensor.name, type, known: knownTypes })]
          : []),
      ];
    }),
  ].slice(0, mostProblems);
}

/** A file of another architecture has a problem in every tensor. */
const mostProblems = 16;

function checkShape(
  where: ReturnType<typeof builtSpan>,
  { name, shape }: PlannedTensor,
  found: readonly number[],
): readonly Diagnostic[] {
  if (found.join() === shape.join()) return [];
  const problem = `tensor '${name}' has shape [${found.join(", ")}]`;
  return [ggufTensorsWrong(where, { problem, expected: `[${shape.join(", ")}], from the metadata` })];
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, shownNames).join(", ");
  const more = names.length > shownNames ? ` and ${String(names.length - shownNames)} more` : "";
  return names.length === 1 ? `tensor ${shown} is` : `tensors ${shown}${more} are`;
}

function readAll(file: GgufFile, config: ModelConfig): Result<Weights> {
  const problems: Diagnostic[] = [];
  const read = (planned: PlannedTensor): Float32Array => {
    const name = ggufName(planned.name);
    const floats = readGgufTensor(file.source, present(file.tensors.get(name), name));
    problems.push(...checkFinite(file.source.name, name, floats));
    return floats;
  };
  const weights = readPlan(planTensors(config), read);
  if (problems.length > 0) return fail(...problems);
  return ok({ ...weights, layers: weights.layers.map((layer) => turnRows(layer, config)) });
}

/**
 * llama.cpp turns the channels 2i and 2i+1 of a head together in the architectures `llama` and `mistral` (its rope type
 * "norm"), for which the converter permuted the rows of queries and keys, and i and i + headDim/2 in the others ("neox").
 */
function turnRows(layer: LayerWeights, { architecture, headDim, hidden }: ModelConfig): LayerWeights {
  if (architecture !== "llama" && architecture !== "mistral") return layer;
  const { wq, wk, bq, bk } = layer;
  return {
    ...layer,
    wq: toHalfSplitRows(wq, headDim, hidden),
    wk: toHalfSplitRows(wk, headDim, hidden),
    ...(bq && { bq: toHalfSplitRows(bq, headDim, 1) }),
    ...(bk && { bk: toHalfSplitRows(bk, headDim, 1) }),
  };
}
