import type { NodeId } from "../netlist/flat.ts";
import type { Emitter } from "./emitter.ts";
import { limbCount } from "./layout.ts";
import type { Region } from "./regions.ts";
import { I32, I64, op } from "./wasm.ts";

/** A local that is not 0 if the region must be evaluated in the next cycles. */
function wakeLocal(emitter: Emitter, region: number): number {
  emitter.woken.add(region);
  return emitter.scratch(`wake${String(region)}`, I32);
}

/** The i32 on the stack, where it is not 0, wakes the region. */
function wakeIf(emitter: Emitter, region: number): void {
  const wake = wakeLocal(emitter, region);
  emitter.code.get(wake);
  emitter.code.emit(op.i32Or);
  emitter.code.set(wake);
}

/** Wakes the region. */
export function wakeRegion(emitter: Emitter, region: number): void {
  emitter.code.i32(1);
  emitter.code.set(wakeLocal(emitter, region));
}

/** A state of at most 64 bits, the value that it takes and its address. */
interface NarrowStore {
  readonly width: number;
  readonly source: NodeId;
  readonly target: number;
}

/** Stores a value; where it differs from the one that is there, the region wakes. */
export function storeWatched(emitter: Emitter, region: number, { width, source, target }: NarrowStore): void {
  const { code } = emitter;
  const value = emitter.scratch("value", width <= 32 ? I32 : I64);
  emitter.push(source);
  code.tee(value);
  emitter.load(width, target);
  code.emit(width <= 32 ? op.i32Xor : op.i64Ne);
  wakeIf(emitter, region);
  code.i32(0);
  code.get(value);
  emitter.store(width, target);
}

/** Wakes the region where `store` changes the state `id`. */
export function watchLimbs(emitter: Emitter, region: number, id: NodeId, store: () => void): void {
  const { code } = emitter;
  const width = Math.min(emitter.widthOf(id), 64);
  const address = emitter.layout.slot(id);
  const old = Array.from({ length: limbCount(emitter.widthOf(id)) }, (_, index) =>
    emitter.scratch(`old${String(index)}`, width <= 32 ? I32 : I64),
  );
  old.forEach((local, index) => {
    emitter.load(width, address + 8 * index);
    code.set(local);
  });
  store();
  old.forEach((local, index) => {
    emitter.load(width, address + 8 * index);
    code.get(local);
    code.emit(width <= 32 ? op.i32Ne : op.i64Ne);
    wakeIf(emitter, region);
  });
}

/** At the end of a function: sets the counters of the regions that it woke. */
export function emitWakes(emitter: Emitter, regions: readonly Region[]): void {
  const { code } = emitter;
  for (const region of emitter.woken) {
    code.get(wakeLocal(emitter, region));
    code.open(op.if);
    code.i32(0);
    code.i32(regions[region]?.settling.cycles ?? 0);
    emitter.store(32, emitter.layout.wake(region));
    code.end();
  }
}
