import { builtSpan, type Diagnostic, fail, ok, present, type Result } from "../../ir/index.ts";
import type { Checkpoint, LayerWeights, ModelConfig, PerLayerTensor } from "../checkpoint.ts";
import type { ByteSource } from "../files/byte-source.ts";
import { readSafetensorsHeader, type TensorEntry } from "../safetensors/header.ts";
import { isFloatType, readFloats } from "../safetensors/read-floats.ts";
import { checkFinite } from "../weights-finite.ts";
import { tensorShapeWrong, tensorsMissing, tensorsUnknown, tensorTypeWrong } from "./diagnostics.ts";
import { isIgnorable, listTensors, type PlannedTensor, planTensors, type TensorPlan } from "./tensor-plan.ts";

/** The weights of a checkpoint, without its name. */
export type Weights = Pick<Checkpoint, "layers" | "embed" | "finalNorm" | "head">;

/** Where a tensor lies: one of the shards, and its entry there. */
interface LocatedTensor {
  readonly source: ByteSource;
  readonly entry: TensorEntry;
}

/** Reads the weights from one or more safetensors files; `folder` stands in diagnostics about all of them. */
export function readWeights(
  folder: string,
  sources: readonly ByteSource[],
  config: ModelConfig,
): Result<Weights> {
  const located = locateTensors(sources);
  if (located.kind === "error") return located;
  const problems = checkPlan(folder, located.value, config);
  return problems.length > 0 ? fail(...problems) : readPlanned(located.value, config);
}

function locateTensors(sources: readonly ByteSource[]): Result<ReadonlyMap<string, LocatedTensor>> {
  const tensors = new Map<string, LocatedTensor>();
  const problems: Diagnostic[] = [];
  for (const source of sources) {
    const header = readSafetensorsHeader(source);
    if (header.kind === "error") problems.push(...header.diagnostics);
    else for (const entry of header.value) tensors.set(entry.name, { source, entry });
  }
  return problems.length > 0 ? fail(...problems) : ok(tensors);
}

/** Everything that is wrong with the table of tensors, before a single weight is read. */
function checkPlan(
  folder: string,
  tensors: ReadonlyMap<string, LocatedTensor>,
  config: ModelConfig,
): readonly Diagnostic[] {
  const planned = listTensors(planTensors(config));
  const known = new Set(planned.map((tensor) => tensor.name));
  const missing = planned.filter((tensor) => !tensors.has(tensor.name)).map((tensor) => tensor.name);
  const unknown = [...tensors.keys()].filter((name) => !known.has(name) && !isIgnorable(name, config));
  return [
    ...(missing.length > 0 ? [tensorsMissing(builtSpan(folder), { names: missing })] : []),
    ...(unknown.length > 0 ? [tensorsUnknown(builtSpan(folder), { names: unknown })] : []),
    ...planned.flatMap((tensor) => checkTensor(tensor, tensors.get(tensor.name))),
  ];
}

function checkTensor(planned: PlannedTensor, located: LocatedTensor | undefined): readonly Diagnostic[] {
  if (located === undefined) return []; // reported as missing
  const where = builtSpan(located.source.name);
  const { dtype, shape } = located.entry;
  const problems: Diagnostic[] = [];
  if (!isFloatType(dtype)) problems.push(tensorTypeWrong(where, { tensor: planned.name, dtype }));
  if (shape.join() !== planned.shape.join()) {
    problems.push(tensorShapeWrong(where, { tensor: planned.name, found: shape, wanted: planned.shape }));
  }
  return problems;
}

function readPlanned(tensors: ReadonlyMap<string, LocatedTensor>, config: ModelConfig): Result<Weights> {
  const problems: Diagnostic[] = [];
  const read = (planned: PlannedTensor): Float32Array => {
    const { source, entry } = present(tensors.get(planned.name), planned.name);
    const count = planned.shape.reduce((product, extent) => product * extent, 1);
    if (!isFloatType(entry.dtype)) return new Float32Array(count); // rejected by checkPlan
    const floats = readFloats(source, entry.begin, count, entry.dtype);
    problems.push(...checkFinite(source.name, planned.name, floats));
    return floats;
  };
  const weights = readPlan(planTensors(config), read);
  return problems.length > 0 ? fail(...problems) : ok(weights);
}

/** The weights of a plan, each tensor as `read` gives it. */
export function readPlan(plan: TensorPlan, read: (planned: PlannedTensor) => Float32Array): Weights {
  const embed = read(plan.embed);
  const layers = plan.layers.map((layer) => readLayer(layer, read));
  const finalNorm = read(plan.finalNorm);
  return { embed, layers, finalNorm, head: plan.head === undefined ? embed : read(plan.head) };
}

function readLayer(
  plan: PerLayerTensor<PlannedTensor>,
  read: (planned: PlannedTensor) => Float32Array,
): LayerWeights {
  return {
    attnNorm: read(plan.attnNorm),
    wq: read(plan.wq),
    wk: read(plan.wk),
    wv: read(plan.wv),
    wo: read(plan.wo),
    ffnNorm: read(plan.ffnNorm),
    wGate: read(plan.wGate),
    wUp: read(plan.wUp),
    wDown: read(plan.wDown),
    ...(plan.bq && { bq: read(plan.bq) }),
    ...(plan.bk && { bk: read(plan.bk) }),
    ...(plan.bv && { bv: read(plan.bv) }),
    ...(plan.qNorm && { qNorm: read(plan.qNorm) }),
    ...(plan.kNorm && { kNorm: read(plan.kNorm) }),
  };
}
