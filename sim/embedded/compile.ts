import type { FlatDesign, NodeId } from "../netlist/flat.ts";
import type { Action } from "./actions.ts";
import { emitItems, emitSnapshot } from "./emit-items.ts";
import { emitWakes } from "./emit-watch.ts";
import { copyLimbs } from "./emit-wide.ts";
import { Emitter, type Watch } from "./emitter.ts";
import type { Layout } from "./layout.ts";
import type { RegionPlan } from "./regions.ts";
import { makeRoutines } from "./routines.ts";
import { type Schedule, scheduleDesign } from "./schedule.ts";
import { Code, encodeModule, I32, op, type WasmFunction } from "./wasm.ts";

/** 64 KiB pages that hold everything laid out so far. */
export function pagesOf(layout: Layout): number {
  return Math.ceil((layout.end + 64) / 65536);
}

/** Which functions there are before these, what they watch and what ends each of them and the last. */
interface ChunkOptions {
  readonly firstRoutine: number;
  readonly watch?: Watch;
  readonly endEach?: (emitter: Emitter) => void;
  readonly endLast?: (emitter: Emitter) => void;
}

function chunkFunctions(
  layout: Layout,
  schedule: Schedule,
  { firstRoutine, watch, endEach, endLast }: ChunkOptions,
): readonly WasmFunction[] {
  const routines = { shiftRight: firstRoutine, shiftLeft: firstRoutine + 1, multiply: firstRoutine + 2 };
  const chunks = schedule.chunks.length === 0 ? [[]] : schedule.chunks;
  return chunks.map((items, index): WasmFunction => {
    const emitter = new Emitter(layout, schedule, routines, watch);
    if (index === 0) for (const id of schedule.snapshots) emitSnapshot(emitter, id);
    emitItems(emitter, items);
    endEach?.(emitter);
    if (index === chunks.length - 1) endLast?.(emitter);
    return { parameters: [], results: [], code: emitter.code };
  });
}

function callAll(code: Code, first: number, count: number): void {
  for (let i = 0; i < count; i += 1) code.call(first + i);
}

function watchOf({ regions, regionByCopy }: RegionPlan): Watch {
  const regionByState = new Map(regionByCopy);
  const regionByMemory = new Map<number, number>();
  regions.forEach(({ settling }, region) => {
    for (const id of settling.watchedStates) regionByState.set(id, region);
    for (const memory of settling.watchedMemories) regionByMemory.set(memory, region);
  });
  return { regionByState, regionByMemory };
}

/** Counts the region's counter down and opens a block that is left out where it was 0. */
function openAwake(code: Code, counter: number): void {
  code.i32(0);
  code.memory(op.i32Load, counter);
  code.open(op.if);
  code.i32(0);
  code.i32(0);
  code.memory(op.i32Load, counter);
  code.i32(1);
  code.emit(op.i32Sub);
  code.memory(op.i32Store, counter);
}

/** A module whose `cycle` function is one clock edge: new state from old state and inputs. */
export function compileCycle(layout: Layout, plan: RegionPlan): Uint8Array<ArrayBuffer> {
  const routines = makeRoutines();
  const watch = watchOf(plan);
  const endEach = (emitter: Emitter): void => {
    emitWakes(emitter, plan.regions);
  };
  const functions = [...routines];
  const code = new Code();
  const add = (actions: readonly Action[]): void => {
    const schedule = scheduleDesign(plan.design, [], actions);
    const chunks = chunkFunctions(layout, schedule, { firstRoutine: 0, watch, endEach });
    callAll(code, functions.length, chunks.length);
    functions.push(...chunks);
  };
  add(plan.outer);
  plan.regions.forEach(({ actions }, region) => {
    openAwake(code, layout.wake(region));
    add(actions);
    code.end();
  });
  functions.push({ parameters: [], results: [], code, exportName: "cycle" });
  return encodeModule(pagesOf(layout), [], functions);
}

/** A module whose `settle` function computes `outputs` from state and inputs and writes each one to its slot. */
export function compileSettle(
  layout: Layout,
  design: FlatDesign,
  outputs: readonly NodeId[],
): Uint8Array<ArrayBuffer> {
  const roots = [...new Set(outputs)];
  const schedule = scheduleDesign(design, roots, []);
  const routines = makeRoutines();
  const chunks = chunkFunctions(
    layout,
    { ...schedule, crossing: new Set([...schedule.crossing, ...roots]) },
    {
      firstRoutine: 0,
      endLast: (emitter) => {
        for (const id of roots) if (emitter.node(id).kind === "constant") storeConstant(emitter, id);
      },
    },
  );
  const code = new Code();
  callAll(code, routines.length, chunks.length);
  const settle: WasmFunction = {
    parameters: [],
    results: [],
    code,
    exportName: "settle",
  };
  return encodeModule(pagesOf(layout), [], [...routines, ...chunks, settle]);
}

function storeConstant(emitter: Emitter, id: NodeId): void {
  const { width } = emitter.node(id);
  if (width > 64) copyLimbs(emitter, id, emitter.layout.slot(id));
  else {
    emitter.code.i32(0);
    emitter.push(id);
    emitter.store(width, emitter.layout.slot(id));
  }
}

/**
 * A module with `run(cycles) -> cycles done`: calls the imported `cycle`; with `until`, stops before the first edge at
 * which that node is 1 (the result is then less than `cycles`, or `-1 - cycles` is never returned).
 */
export function compileRun(
  layout: Layout,
  design: FlatDesign,
  until: NodeId | undefined,
): Uint8Array<ArrayBuffer> {
  const imports = [{ name: "cycle", parameters: [], results: [] }];
  const routines = makeRoutines();
  const test =
    until === undefined ? [] : untilFunctions(layout, design, { until, firstRoutine: imports.length });
  const code = new Code(1);
  const done = code.local(I32);
  code.open(op.block);
  code.open(op.loop);
  code.get(done);
  code.get(0);
  code.emit(op.i32GeU);
  code.branch(op.brIf, 1);
  if (until !== undefined) {
    for (let i = 0; i < test.length; i += 1) code.call(imports.length + routines.length + i);
    code.i32(0);
    code.memory(op.i32Load, layout.slot(until));
    code.branch(op.brIf, 1);
  }
  code.call(0);
  code.get(done);
  code.i32(1);
  code.emit(op.i32Add);
  code.set(done);
  code.branch(op.br, 0);
  code.end();
  code.end();
  code.get(done);
  return encodeModule(pagesOf(layout), imports, [
    ...routines,
    ...test,
    { parameters: [I32], results: [I32], code, exportName: "run" },
  ]);
}

function untilFunctions(
  layout: Layout,
  design: FlatDesign,
  { until, firstRoutine }: { readonly until: NodeId; readonly firstRoutine: number },
): readonly WasmFunction[] {
  const schedule = scheduleDesign(design, [until], []);
  return chunkFunctions(
    layout,
    { ...schedule, crossing: new Set([...schedule.crossing, until]) },
    {
      firstRoutine,
      endLast: (emitter) => {
        if (emitter.node(until).kind === "constant") storeConstant(emitter, until);
      },
    },
  );
}
