import { at, present } from "../../ir/index.ts";
import type { FlatDesign, FlatNode, NodeId } from "../netlist/flat.ts";
import { emitOperation } from "./emit-narrow.ts";
import { type Layout, type Storage, storageOf } from "./layout.ts";
import { isComputed, type Schedule } from "./schedule.ts";
import { Code, I32, I64, op } from "./wasm.ts";

/** Indices of the shared routines in the module that is being made. */
export interface RoutineIndices {
  readonly shiftRight: number;
  readonly shiftLeft: number;
  readonly multiply: number;
}

/** State whose change wakes a region, by the index of that region. */
export interface Watch {
  readonly regionByState: ReadonlyMap<NodeId, number>;
  readonly regionByMemory: ReadonlyMap<number, number>;
}

const NO_WATCH: Watch = { regionByState: new Map(), regionByMemory: new Map() };

/** Makes the code of one function. Values on the stack are i32 up to 32 bits and i64 up to 64; wider ones stay in memory. */
export class Emitter {
  readonly code = new Code();
  readonly design: FlatDesign;
  readonly layout: Layout;
  readonly schedule: Schedule;
  readonly routines: RoutineIndices;
  readonly watch: Watch;
  /** Regions that this function may wake. */
  readonly woken = new Set<number>();
  /** Set while code runs only under a condition: no local may be filled there that is read elsewhere. */
  conditional = false;
  /** States that the current action reads from their copy. */
  fromSnapshot: ReadonlySet<NodeId> = new Set();
  readonly #locals = new Map<NodeId, number>();
  readonly #scratch = new Map<string, number>();

  constructor(layout: Layout, schedule: Schedule, routines: RoutineIndices, watch: Watch = NO_WATCH) {
    this.design = schedule.design;
    this.watch = watch;
    this.layout = layout;
    this.schedule = schedule;
    this.routines = routines;
  }

  node(id: NodeId): FlatNode {
    return at(this.design.nodes, id);
  }

  widthOf(id: NodeId): number {
    return this.node(id).width;
  }

  storage(id: NodeId): Storage {
    return storageOf(this.widthOf(id));
  }

  /** A local for intermediate results, shared by all that ask for the same name. */
  scratch(name: string, type: number): number {
    const key = `${name}${String(type)}`;
    const known = this.#scratch.get(key) ?? this.code.local(type);
    this.#scratch.set(key, known);
    return known;
  }

  /** Where a wide node lies. */
  address(id: NodeId): number {
    return this.fromSnapshot.has(id) ? this.layout.snapshot(id) : this.layout.slot(id);
  }

  /** Pushes a value of at most 64 bits. With `clean` false, bits above its width may be anything. */
  push(id: NodeId, clean = true): void {
    const node = this.node(id);
    if (node.kind === "constant") {
      this.#pushConstant(node.width, node.value);
      return;
    }
    if (this.fromSnapshot.has(id)) {
      this.load(node.width, this.layout.snapshot(id));
      return;
    }
    if (node.kind === "operation" && this.schedule.materialized[id] === 0) emitOperation(this, node, clean);
    else this.#pushStored(id, node);
  }

  #pushConstant(width: number, value: bigint): void {
    if (width <= 32) this.code.i32(Number(BigInt.asIntN(32, value)));
    else this.code.i64(value);
  }

  #pushStored(id: NodeId, node: FlatNode): void {
    const local = this.#locals.get(id);
    if (local !== undefined) {
      this.code.get(local);
      return;
    }
    this.load(node.width, this.layout.slot(id));
    if (this.conditional || at(this.schedule.uses, id) < 2) return;
    const made = this.code.local(node.width <= 32 ? I32 : I64);
    this.#locals.set(id, made);
    this.code.tee(made);
  }

  /** Keeps the value on the stack as the value of `id`. */
  define(id: NodeId): void {
    const { width } = this.node(id);
    const local = this.code.local(width <= 32 ? I32 : I64);
    this.#locals.set(id, local);
    this.code.set(local);
    if (!this.schedule.crossing.has(id)) return;
    this.code.i32(0);
    this.code.get(local);
    this.store(width, this.layout.slot(id));
  }

  load(width: number, address: number): void {
    this.code.i32(0);
    this.code.memory(width <= 32 ? op.i32Load : op.i64Load, address);
  }

  /** Stores the value on the stack; the base address 0 must stand below it. */
  store(width: number, address: number): void {
    this.code.memory(width <= 32 ? op.i32Store : op.i64Store, address);
  }

  /** Pushes bits 64·index and up of any value as i64; 0 beyond its width. */
  pushLimb(id: NodeId, index: number): void {
    const node = this.node(id);
    if (index * 64 >= node.width) this.code.i64(0n);
    else if (node.kind === "constant") this.code.i64(node.value >> BigInt(64 * index));
    else if (node.width > 64) this.load(64, this.address(id) + 8 * index);
    else {
      this.push(id);
      if (node.width <= 32) this.code.emit(op.i64ExtendI32U);
    }
  }

  /** Pushes bits `low` to `low + width` (at most 64 of them) of any value as i64. */
  pushBits(id: NodeId, low: number, width: number): void {
    const { code } = this;
    const [limb, shift] = [Math.floor(low / 64), low % 64];
    this.pushLimb(id, limb);
    if (shift > 0) {
      code.i64(BigInt(shift));
      code.emit(op.i64ShrU);
    }
    if (shift + width > 64) {
      this.pushLimb(id, limb + 1);
      code.i64(BigInt(64 - shift));
      code.emit(op.i64Shl, op.i64Or);
    }
    const clean = Math.min(this.widthOf(id) - low, shift + width > 64 ? 64 : 64 - shift) <= width;
    if (!clean) this.mask64(width);
  }

  /** Clears the bits of the i64 on the stack above `width`. */
  mask64(width: number): void {
    if (width >= 64) return;
    this.code.i64((1n << BigInt(width)) - 1n);
    this.code.emit(op.i64And);
  }

  /** Clears the bits of the value on the stack above `width`. */
  mask(width: number): void {
    if (width > 32) this.mask64(width);
    else if (width < 32) {
      this.code.i32(2 ** width - 1);
      this.code.emit(op.i32And);
    }
  }

  /** Whether `id` has a value of its own that this function must compute. */
  computes(id: NodeId): boolean {
    return isComputed(this.node(id)) && at(this.schedule.materialized, id) === 1;
  }

  /** The constant that `id` is, where it is one. */
  constantOf(id: NodeId): bigint | undefined {
    const node = this.node(id);
    return node.kind === "constant" ? node.value : undefined;
  }

  /** The operands of an operation by position. */
  operand(operands: readonly NodeId[], index: number): NodeId {
    return present(operands[index], "operand");
  }
}
