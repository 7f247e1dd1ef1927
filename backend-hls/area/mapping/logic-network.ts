import { at, CompilerBug } from "../../../ir/index.ts";

/** A bit of a circuit: twice the node's number, plus 1 where it is inverted. */
export type Literal = number;

/** The constants. */
export const FALSE: Literal = 0;
export const TRUE: Literal = 1;

/** No node: what stands at a leaf's inputs, and behind the last of a chain of the hash table. */
const NONE = -1;

/** The opposite of a bit. */
export function invert(literal: Literal): Literal {
  return literal ^ 1;
}

/** Whether a bit is a constant. */
export function isConstant(literal: Literal): boolean {
  return literal <= TRUE;
}

/**
 * And-inverter graph: every logic function is two-input ands with inverted edges, each pair once. What logic does not make (ports,
 * registers, carry chains, memories, multipliers) are leaves. Nodes are numbered so that inputs come first.
 */
export class LogicNetwork {
  readonly #left: number[] = [NONE];
  readonly #right: number[] = [NONE];
  #next: Int32Array = new Int32Array(1024).fill(NONE);
  #heads: Int32Array = new Int32Array(1024).fill(NONE);

  /** Nodes, the constant among them. */
  get size(): number {
    return this.#left.length;
  }

  /** A new leaf. */
  leaf(): Literal {
    this.#left.push(NONE);
    this.#right.push(NONE);
    return 2 * (this.size - 1);
  }

  isLeaf(node: number): boolean {
    return this.#left[node] === NONE;
  }

  /** The inputs of an and. */
  left(node: number): Literal {
    return at(this.#left, node);
  }

  right(node: number): Literal {
    return at(this.#right, node);
  }

  and(a: Literal, b: Literal): Literal {
    const [x, y] = a < b ? [a, b] : [b, a];
    if (x === FALSE || x === invert(y)) return FALSE;
    if (x === TRUE || x === y) return y;
    return this.#shortened(x, y) ?? this.#shortened(y, x) ?? this.#node(x, y);
  }

  or(a: Literal, b: Literal): Literal {
    return invert(this.and(invert(a), invert(b)));
  }

  xor(a: Literal, b: Literal): Literal {
    if (isConstant(a)) return b ^ a;
    if (isConstant(b)) return a ^ b;
    if (a >> 1 === b >> 1) return a === b ? FALSE : TRUE;
    const flip = (a ^ b) & 1;
    const [x, y] = [a & ~1, b & ~1];
    return this.or(this.and(x, invert(y)), this.and(invert(x), y)) ^ flip;
  }

  mux(condition: Literal, whenTrue: Literal, whenFalse: Literal): Literal {
    if (condition === TRUE || whenTrue === whenFalse) return whenTrue;
    if (condition === FALSE) return whenFalse;
    if (whenTrue === invert(whenFalse)) return this.xor(condition, whenFalse);
    return this.or(this.and(condition, whenTrue), this.and(invert(condition), whenFalse));
  }

  /** `and` of a bit with an and of that bit or its opposite; undefined where it is nothing of the kind. */
  #shortened(a: Literal, b: Literal): Literal | undefined {
    const node = b >> 1;
    if (this.isLeaf(node)) return undefined;
    const [left, right] = [this.left(node), this.right(node)];
    if ((b & 1) === 0) {
      if (left === a || right === a) return b;
      return left === invert(a) || right === invert(a) ? FALSE : undefined;
    }
    if (left === a) return this.and(a, invert(right));
    if (right === a) return this.and(a, invert(left));
    return left === invert(a) || right === invert(a) ? a : undefined;
  }

  #node(x: Literal, y: Literal): Literal {
    if (this.size >= this.#heads.length) this.#grow();
    const slot = this.#slot(x, y);
    for (let node = this.#heads[slot] ?? NONE; node !== NONE; node = this.#next[node] ?? NONE)
      if (this.#left[node] === x && this.#right[node] === y) return 2 * node;
    const node = this.size;
    if (node >= 2 ** 30) throw new CompilerBug("a module of more than 2^30 gates");
    this.#left.push(x);
    this.#right.push(y);
    this.#next[node] = this.#heads[slot] ?? NONE;
    this.#heads[slot] = node;
    return 2 * node;
  }

  #slot(x: Literal, y: Literal): number {
    return (Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b)) & (this.#heads.length - 1);
  }

  #grow(): void {
    const size = 4 * this.#heads.length;
    this.#heads = new Int32Array(size).fill(NONE);
    this.#next = new Int32Array(size).fill(NONE);
    for (let node = 1; node < this.size; node++) {
      if (this.isLeaf(node)) continue;
      const slot = this.#slot(this.left(node), this.right(node));
      this.#next[node] = this.#heads[slot] ?? NONE;
      this.#heads[slot] = node;
    }
  }
}
