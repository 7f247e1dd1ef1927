import { at, present } from "../../ir/index.ts";
import type { FlatDesign, FlatMemory, FlatNode, NodeId } from "../netlist/flat.ts";

/** How a value of some width is kept: in an i32, in an i64, or as limbs of 64 bits in linear memory. */
export type Storage = "i32" | "i64" | "wide";

/** The storage of `width` bits. */
export function storageOf(width: number): Storage {
  return width <= 32 ? "i32" : width <= 64 ? "i64" : "wide";
}

/** 64-bit limbs of a value. */
export function limbCount(width: number): number {
  return Math.ceil(width / 64);
}

/** Bytes of one word of a memory in linear memory: a power of two up to 8, then whole limbs. */
export function wordBytes(width: number): number {
  if (width > 64) return 8 * limbCount(width);
  return width <= 8 ? 1 : width <= 16 ? 2 : width <= 32 ? 4 : 8;
}

/** Where one memory lies. Behind its last word stands a word of zeros that out-of-range reads see. */
export interface PlacedMemory {
  readonly memory: FlatMemory;
  readonly base: number;
  readonly bytes: number;
}

/** Addresses of everything in linear memory: state first, then memories, then slots that are asked for later. */
export class Layout {
  readonly design: FlatDesign;
  readonly memories: readonly PlacedMemory[];
  readonly #slots = new Map<string, number>();
  #end = 64;

  constructor(design: FlatDesign) {
    this.design = design;
    design.nodes.forEach((node, id) => {
      if (node.kind === "input" || node.kind === "register" || (node.kind === "read" && node.latency === 1))
        this.slot(id);
    });
    this.memories = design.memories.map((memory) => {
      const bytes = wordBytes(memory.width) * memory.depth;
      const base = this.#take(bytes + Math.max(16, wordBytes(memory.width)), 64);
      return { memory, base, bytes };
    });
  }

  /** Bytes in use so far. */
  get end(): number {
    return this.#end;
  }

  /** The address kept for a node: its state, or the place of its value across functions. */
  slot(id: NodeId): number {
    return this.#named(`n${String(id)}`, at(this.design.nodes, id));
  }

  /** The address of a copy of a state node, taken before the edge. */
  snapshot(id: NodeId): number {
    return this.#named(`s${String(id)}`, at(this.design.nodes, id));
  }

  /** Room for intermediate limbs of shifts. */
  scratch(limbs: number): number {
    return this.#known(`scratch${String(limbs)}`, limbs * 8);
  }

  /** Cycles for which a region is still to be evaluated: a 32-bit number. */
  wake(region: number): number {
    return this.#known(`w${String(region)}`, 4);
  }

  memory(index: number): PlacedMemory {
    return present(this.memories[index], "memory");
  }

  #named(key: string, node: FlatNode): number {
    return this.#known(key, node.width <= 32 ? 4 : 8 * limbCount(node.width));
  }

  #known(key: string, bytes: number): number {
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const address = this.#take(bytes, bytes === 4 ? 4 : 8);
    this.#slots.set(key, address);
    return address;
  }

  #take(bytes: number, alignment: number): number {
    const address = Math.ceil(this.#end / alignment) * alignment;
    this.#end = address + bytes;
    return address;
  }
}
