import type { NodeId } from "../netlist/flat.ts";
import { allActions } from "./actions.ts";
import { emitItems, emitSnapshot } from "./emit-items.ts";
import { copyLimbs } from "./emit-wide.ts";
import { Emitter } from "./emitter.ts";
import type { Layout } from "./layout.ts";
import { makeRoutines } from "./routines.ts";
import { type Schedule, scheduleDesign } from "./schedule.ts";
import { Code, encodeModule, I32, op, type WasmFunction } from "./wasm.ts";

/** 64 KiB pages that hold everything laid out so far. */
export function pagesOf(layout: Layout): number {
  return Math.ceil((layout.end + 64) / 65536);
}

function chunkFunctions(
  layout: Layout,
  schedule: Schedule,
  firstRoutine: number,
  finish: (emitter: Emitter) => void,
): readonly WasmFunction[] {
  const routines = { shiftRight: firstRoutine, shiftLeft: firstRoutine + 1, multiply: firstRoutine + 2 };
  const chunks = schedule.chunks.length === 0 ? [[]] : schedule.chunks;
  return chunks.map((items, index): WasmFunction => {
    const emitter = new Emitter(layout, schedule, routines);
    if (index === 0) for (const id of schedule.snapshots) emitSnapshot(emitter, id);
    emitItems(emitter, items);
    const last = index === chunks.length - 1;
    if (last) finish(emitter);
    return { parameters: [], results: [], code: emitter.code };
  });
}

function callAll(first: number, count: number): Code {
  const code = new Code();
  for (let i = 0; i < count; i += 1) code.call(first + i);
  return code;
}

/** A module whose `cycle` function is one clock edge: new state from old state and inputs. */
export function compileCycle(layout: Layout): Uint8Array<ArrayBuffer> {
  const schedule = scheduleDesign(layout.design, [], allActions(layout.design));
  const routines = makeRoutines();
  const chunks = chunkFunctions(layout, schedule, 0, () => undefined);
  const cycle: WasmFunction = {
    parameters: [],
    results: [],
    code: callAll(routines.length, chunks.length),
    exportName: "cycle",
  };
  return encodeModule(pagesOf(layout), [], [...routines, ...chunks, cycle]);
}

/** A module whose `settle` function computes `outputs` from state and inputs and writes each one to its slot. */
export function compileSettle(layout: Layout, outputs: readonly NodeId[]): Uint8Array<ArrayBuffer> {
  const roots = [...new Set(outputs)];
  const schedule = scheduleDesign(layout.design, roots, []);
  const routines = makeRoutines();
  const chunks = chunkFunctions(
    layout,
    { ...schedule, crossing: new Set([...schedule.crossing, ...roots]) },
    0,
    (emitter) => {
      for (const id of roots) if (emitter.node(id).kind === "constant") storeConstant(emitter, id);
    },
  );
  const settle: WasmFunction = {
    parameters: [],
    results: [],
    code: callAll(routines.length, chunks.length),
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
export function compileRun(layout: Layout, until: NodeId | undefined): Uint8Array<ArrayBuffer> {
  const imports = [{ name: "cycle", parameters: [], results: [] }];
  const routines = makeRoutines();
  const test = until === undefined ? [] : untilFunctions(layout, until, imports.length);
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

function untilFunctions(layout: Layout, until: NodeId, firstRoutine: number): readonly WasmFunction[] {
  const schedule = scheduleDesign(layout.design, [until], []);
  return chunkFunctions(
    layout,
    { ...schedule, crossing: new Set([...schedule.crossing, until]) },
    firstRoutine,
    (emitter) => {
      if (emitter.node(until).kind === "constant") storeConstant(emitter, until);
    },
  );
}
