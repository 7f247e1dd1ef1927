import { join } from "node:path";
import { type GraphMemory, lowerGraph } from "../../backend-hls/index.ts";
import { ok, type Result, type TensorData } from "../../ir/index.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import type { SimulationOptions } from "../options/generation-options.ts";
import type { KernelRun } from "../schemas/graph-manifest.ts";
import { readInputs, writeResults } from "./array-files.ts";
import { compareOutputs } from "./compare-outputs.ts";
import { contentOf, GRAPH_FILE, type GraphBuild } from "./compile-graph.ts";
import { randomArrays } from "./random-arrays.ts";
import { type GraphFile, parseGraph } from "./read-graph.ts";
import { reference, wideReference } from "./reference.ts";
import { runHardware } from "./run-hardware.ts";

/** What `simulate` can be told about a graph. */
export interface SimulateGraphOptions extends SimulationOptions {
  /** A .npz with an array per argument; random where absent. */
  readonly inputs?: string | undefined;
  /** Where the results go, as ret0, ret1, …. */
  readonly outputs?: string | undefined;
  /** Whether results are compared with the interpreter's, bit for bit. */
  readonly check: boolean;
  readonly seed: number;
}

/** Simulates a compiled graph on inputs of its own or random ones. */
export async function simulateGraph(
  folder: string,
  build: GraphBuild,
  options: SimulateGraphOptions,
  watch: JobWatch,
): Promise<Result<KernelRun>> {
  const opened = openGraph(folder, build);
  if (opened.kind === "error") return opened;
  const { graph, memory } = opened.value;
  const inputs =
    options.inputs === undefined
      ? ok(randomArrays(memory, graph, options.seed))
      : readInputs(memory, options.inputs);
  if (inputs.kind === "error") return inputs;
  const expected = expectedOutputs(graph, memory, inputs.value, options.check);
  if (expected.kind === "error") return expected;
  const simulated = await runHardware(build, memory, inputs.value, { options, watch });
  if (simulated.kind === "error") return simulated;
  const { results, simulator, memory_model, cycles, transfer_cycles } = simulated.value;
  const written =
    options.outputs === undefined ? ok(undefined) : writeResults(memory, results, options.outputs);
  if (written.kind === "error") return written;
  const compared = options.check
    ? compareOutputs(memory, { ...expected.value, found: results })
    : NOT_COMPARED;
  return ok({
    schema: "hidalgo.kernel/1",
    function: graph.functionName,
    device: build.manifest.design.device,
    simulator,
    memory_model,
    cycles,
    transfer_cycles,
    seed: options.inputs === undefined ? options.seed : null,
    ...compared,
  });
}

const NOT_COMPARED = { matches_reference: null, first_mismatch: null, errors: null } as const;

/** The program of a build, and where its arrays are in memory. */
export interface OpenedGraph {
  readonly graph: GraphFile;
  readonly memory: GraphMemory;
}

/** Reads the program of a build. */
export function openGraph(folder: string, build: GraphBuild): Result<OpenedGraph> {
  const { design, graph: compiled } = build.manifest;
  const graph = parseGraph(contentOf(build, GRAPH_FILE), join(folder, GRAPH_FILE), compiled.function);
  if (graph.kind === "error") return graph;
  const lowered = lowerGraph(graph.value.module, graph.value.functionName, {
    beatBytes: design.port_bits / 8,
    rowLanes: design.row_lanes,
    interfaces: design.interfaces,
  });
  return lowered.kind === "error" ? lowered : ok({ graph: graph.value, memory: lowered.value.memory });
}

/** What the outputs should hold; in f64 too where sums may be reassociated and that is asked for. */
function expectedOutputs(
  graph: GraphFile,
  memory: GraphMemory,
  inputs: readonly TensorData[],
  isChecked: boolean,
): Result<{
  readonly strict: readonly TensorData[];
  readonly wide: readonly (readonly number[])[] | undefined;
}> {
  const strict = reference(graph, memory, inputs); // positions outside a cache are found here
  if (strict.kind === "error") return strict;
  const wide = isChecked ? wideReference(graph, memory, inputs) : undefined;
  if (wide?.kind === "error") return wide;
  return ok({ strict: strict.value, wide: wide?.value });
}
