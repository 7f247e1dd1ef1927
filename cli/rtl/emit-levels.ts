import type { CompiledAccelerator } from "../../backend-hls/index.ts";
import { buildFloatGraph, type GraphShape, type ModelConfig } from "../../frontend/index.ts";
import {
  ALL_OPS,
  Block,
  CompilerBug,
  dataflowCreateTasks,
  dataflowOutlineKernels,
  emptyModule,
  FuncOp,
  nnQuantize,
  type Operation,
  parseModule,
  printModule,
  Region,
  renderDiagnostic,
  runPasses,
  withOptions,
} from "../../ir/index.ts";
import { HARDWARE_FILE } from "./build-parts.ts";

/** What the levels of a build follow from. */
export interface LevelSources {
  readonly config: ModelConfig;
  readonly shape: GraphShape;
  readonly compiled: Pick<CompiledAccelerator, "plan" | "network" | "system" | "top">;
}

/**
 * The text of every level (docs/architecture.md), by file in the build: the graph in float and (of int8 throughout) quantized, its tasks, the network
 * of kernels, the loops in them as functions, the hardware. Each reads back to the same text.
 */
export function emitLevels({ config, shape, compiled }: LevelSources): ReadonlyMap<string, string> {
  const graph = buildFloatGraph(config, shape);
  const texts = new Map([["ir/1-graph.mlir", printModule(graph)]]);
  if (compiled.plan.model.precision === undefined) {
    lower(graph, withOptions(nnQuantize));
    texts.set("ir/1-quantized.mlir", printModule(graph));
    lower(graph, withOptions(dataflowCreateTasks));
    texts.set("ir/2-tasks.mlir", printModule(graph));
  }
  const loops = loopsModule(compiled.network.schedule);
  texts.set("ir/4-loops.mlir", printModule(loops));
  dropBodies(loops);
  texts.set("ir/3-dataflow.mlir", printModule(loops));
  return texts.set(HARDWARE_FILE, printTogether(hardwareModules(compiled)));
}

/** Every module of the product, its top last. */
export function hardwareModules({
  system,
  top,
}: Pick<CompiledAccelerator, "system" | "top">): readonly Operation[] {
  return [...system.modules, top];
}

/** Level 4 as a module of its own: a function for each kernel, and the schedule that instantiates them. */
export function loopsModule(schedule: Operation): Operation {
  return outlineKernels(copyOfSchedule(schedule));
}

/** A module with a copy of the schedule, which stays as it is; the copy's operations are in the same order. */
export function copyOfSchedule(schedule: Operation): Operation {
  const copy = parseModule(printTogether([schedule]), "schedule");
  if (copy.kind === "error") throw new CompilerBug(copy.diagnostics.map(renderDiagnostic).join("\n"));
  return copy.value;
}

/** Makes functions of the kernels in a module's schedule. */
export function outlineKernels(module: Operation): Operation {
  lower(module, withOptions(dataflowOutlineKernels));
  return module;
}

function lower(module: Operation, pass: ReturnType<typeof withOptions>): void {
  const outcome = runPasses(module, [pass], { registry: ALL_OPS, given: pass.requires });
  if (outcome.kind === "error") throw new CompilerBug(outcome.diagnostics.map(renderDiagnostic).join("\n"));
}

/** Operations in one module, printed; they are not taken from where they are. */
function printTogether(ops: readonly Operation[]): string {
  const { module, body } = emptyModule();
  const homes = ops.map((op) => op.parent);
  for (const op of ops) {
    op.parent = undefined;
    body.append(op);
  }
  const text = printModule(module);
  ops.forEach((op, index) => {
    op.parent = homes[index];
  });
  return text;
}

/** Level 3 says what is connected; how kernels compute is level 4: functions become declarations. */
function dropBodies(module: Operation): void {
  const block = module.regions[0]?.block ?? new Block();
  for (const func of block.ops.filter((op) => FuncOp.match(op) !== undefined)) {
    const attributes = { ...func.attributes, sym_visibility: { kind: "string", value: "private" } as const };
    const view = FuncOp.match(func);
    if (view === undefined) continue;
    const declaration = FuncOp.create({
      operands: {},
      attrs: view.attrs,
      regions: [new Region()],
      span: func.span,
    });
    declaration.attributes = attributes;
    block.insertBefore(declaration, func);
    func.erase();
  }
}
