import { at, CompilerBug } from "../../ir/index.ts";
import type { FlatRead, FlatRegister, NodeId } from "../netlist/flat.ts";
import { copyRead, emitWrites, pushRead } from "./emit-memory.ts";
import { emitOperation } from "./emit-narrow.ts";
import { storeWatched, watchLimbs } from "./emit-watch.ts";
import { copyLimbs, emitWideOperation } from "./emit-wide.ts";
import type { Emitter } from "./emitter.ts";
import type { Item } from "./schedule.ts";
import { op } from "./wasm.ts";

/** Copies a state to the place of its snapshot. */
export function emitSnapshot(emitter: Emitter, id: NodeId): void {
  const { width } = emitter.node(id);
  if (width > 64) {
    copyLimbs(emitter, id, emitter.layout.snapshot(id));
    return;
  }
  emitter.code.i32(0);
  emitter.load(width, emitter.layout.slot(id));
  emitter.store(width, emitter.layout.snapshot(id));
}

/** Emits items in order; neighbours with the same conditions share one test. */
export function emitItems(emitter: Emitter, items: readonly Item[]): void {
  for (let i = 0; i < items.length; ) {
    const item = at(items, i);
    if (item.kind === "compute") {
      emitCompute(emitter, item.node);
      i += 1;
      continue;
    }
    const group = sameConditions(emitter, items, i);
    emitActs(emitter, group);
    i += group.length;
  }
}

type Act = Extract<Item, { kind: "act" }>;

function registerOf(emitter: Emitter, item: Item): FlatRegister | undefined {
  if (item.kind !== "act" || item.action.kind !== "state") return undefined;
  const node = emitter.node(item.action.node);
  return node.kind === "register" ? node : undefined;
}

function sharesConditions(a: FlatRegister, b: FlatRegister): boolean {
  return a.enable === b.enable && a.reset?.when === b.reset?.when;
}

/** The action at `start` and the registers after it with the same enable and reset, none of which reads what another writes. */
function sameConditions(emitter: Emitter, items: readonly Item[], start: number): readonly Act[] {
  const first = at(items, start);
  if (first.kind !== "act") throw new CompilerBug("not an action");
  const register = registerOf(emitter, first);
  const group = [first];
  if (register === undefined || (register.enable === undefined && register.reset === undefined)) return group;
  for (let i = start + 1; i < items.length; i += 1) {
    const item = at(items, i);
    const other = registerOf(emitter, item);
    if (item.kind !== "act" || other === undefined || !sharesConditions(other, register)) break;
    if (conditionSource(item, register) !== conditionSource(first, register)) break;
    group.push(item);
  }
  return group;
}

/** Whether the conditions come from copies: members of a group must agree. */
function conditionSource(item: Act, { enable, reset }: FlatRegister): string {
  return [enable, reset?.when].map((id) => String(id !== undefined && item.fromSnapshot.has(id))).join();
}

function emitCompute(emitter: Emitter, id: NodeId): void {
  const node = emitter.node(id);
  if (node.kind === "operation") {
    if (node.width > 64) emitWideOperation(emitter, node, emitter.layout.slot(id));
    else {
      emitOperation(emitter, node, true);
      emitter.define(id);
    }
  } else if (node.kind === "read") {
    if (node.width > 64) copyRead(emitter, node, emitter.layout.slot(id));
    else {
      pushRead(emitter, node);
      emitter.define(id);
    }
  } else throw new CompilerBug(`${node.kind} is not computed`);
}

function emitActs(emitter: Emitter, group: readonly Act[]): void {
  const first = at(group, 0);
  const register = registerOf(emitter, first);
  emitter.fromSnapshot = first.fromSnapshot;
  if (register !== undefined) emitRegisters(emitter, group, register);
  else if (first.action.kind === "write") emitWrites(emitter, first.action.memory);
  else emitReadPort(emitter, first.action.node);
  emitter.fromSnapshot = new Set();
}

function emitReadPort(emitter: Emitter, id: NodeId): void {
  const node = emitter.node(id);
  if (node.kind !== "read") throw new CompilerBug(`${node.kind} is not a read port`);
  whenEnabled(emitter, node.enable, () => {
    const region = emitter.watch.regionByState.get(id);
    const load = (): void => {
      loadReadPort(emitter, node, emitter.layout.slot(id));
    };
    if (region === undefined) load();
    else watchLimbs(emitter, region, id, load);
  });
}

function loadReadPort(emitter: Emitter, node: FlatRead, target: number): void {
  if (node.width > 64) copyRead(emitter, node, target);
  else {
    emitter.code.i32(0);
    pushRead(emitter, node);
    emitter.store(node.width, target);
  }
}

function whenEnabled(emitter: Emitter, enable: NodeId | undefined, body: () => void): void {
  if (enable === undefined) {
    body();
    return;
  }
  const outer = emitter.conditional;
  emitter.push(enable);
  emitter.conditional = true;
  emitter.code.open(op.if);
  body();
  emitter.code.end();
  emitter.conditional = outer;
}

function emitRegisters(emitter: Emitter, group: readonly Act[], { enable, reset }: FlatRegister): void {
  const all = (source: (register: FlatRegister) => NodeId): void => {
    for (const act of group) {
      const register = registerOf(emitter, act);
      if (register === undefined || act.action.kind !== "state") continue;
      emitter.fromSnapshot = act.fromSnapshot;
      storeState(emitter, act.action.node, source(register));
    }
    emitter.fromSnapshot = at(group, 0).fromSnapshot;
  };
  const load = (): void => {
    whenEnabled(emitter, enable, () => {
      all((register) => register.next);
    });
  };
  if (reset === undefined) {
    load();
    return;
  }
  const outer = emitter.conditional;
  emitter.push(reset.when);
  emitter.conditional = true;
  emitter.code.open(op.if);
  all((register) => register.reset?.value ?? register.next);
  emitter.code.emit(op.else);
  load();
  emitter.code.end();
  emitter.conditional = outer;
}

function storeState(emitter: Emitter, id: NodeId, source: NodeId): void {
  const { width } = emitter.node(id);
  const target = emitter.layout.slot(id);
  if (id === source) return;
  const region = emitter.watch.regionByState.get(id);
  if (region !== undefined && width <= 64) storeWatched(emitter, region, { width, source, target });
  else if (region !== undefined)
    watchLimbs(emitter, region, id, () => {
      copyLimbs(emitter, source, target);
    });
  else if (width > 64) copyLimbs(emitter, source, target);
  else {
    emitter.code.i32(0);
    emitter.push(source);
    emitter.store(width, target);
  }
}
