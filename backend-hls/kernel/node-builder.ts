import {
  CompilerBug,
  type FloatPrimitiveName,
  foldBinary,
  foldCompare,
  type IcmpPredicate,
  present,
  type Span,
} from "../../ir/index.ts";
import { signedValue, signedWidthOf } from "./fold.ts";
import { linearText } from "./linear.ts";
import type { BinaryOperator, KernelNode, Linear, NodeId, NodeOp } from "./node.ts";

const UNCHANGED_BY_ZERO: ReadonlySet<BinaryOperator> = new Set(["xor", "shl", "shru", "shrs"]);

/** Makes nodes: equal pure nodes are shared, constants folded, integer widths kept as small as the operands allow. */
export class NodeBuilder {
  readonly nodes: KernelNode[] = [];
  span: Span;
  readonly #shared = new Map<string, NodeId>();
  /** The addends that an integer sum was made of. */
  readonly #addends = new Map<NodeId, { readonly leaves: readonly NodeId[]; readonly cap: number }>();
  /** Loads of what an earlier iteration may have stored, or a choice of one: kept at the root of sums, so that recurrences stay short. */
  readonly #accumulators = new Set<NodeId>();
  readonly #storedArrays: ReadonlySet<number>;
  /** Stores of this iteration so far, by bank. */
  readonly #stores = new Map<string, number>();

  constructor(span: Span, storedArrays: ReadonlySet<number>) {
    this.span = span;
    this.#storedArrays = storedArrays;
  }

  node(id: NodeId): KernelNode {
    return present(this.nodes[id], `node ${String(id)}`);
  }

  widthOf(id: NodeId): number {
    return this.node(id).width;
  }

  /** The bits of a constant node. */
  constantOf(id: NodeId): bigint | undefined {
    const { op } = this.node(id);
    return op.kind === "constant" ? op.value : undefined;
  }

  // ---- leaves
  constant(value: bigint, width: number): NodeId {
    return this.#pure({ kind: "constant", value: BigInt.asUintN(width, value) }, [], width);
  }
  /** A signed constant in as few bits as it needs, at most `cap`. */
  signedConstant(value: bigint, cap: number): NodeId {
    const width = Math.min(cap, signedWidthOf(value));
    return this.constant(value, width);
  }
  counter(loop: number, width: number): NodeId {
    return this.#pure({ kind: "counter", loop }, [], width);
  }
  field(index: number, width: number): NodeId {
    return this.#pure({ kind: "field", index }, [], width);
  }

  // ---- integers: operands are signed in their own widths; the result is signed in at most `cap` bits
  add(a: NodeId, b: NodeId, cap: number): NodeId {
    const leaves = [...this.#leavesOf(a, cap), ...this.#leavesOf(b, cap)];
    const held = leaves.filter((leaf) => this.#accumulators.has(leaf));
    const free = leaves.filter((leaf) => !this.#accumulators.has(leaf));
    let sum = this.#balanced(free, cap);
    for (const leaf of held) sum = sum === undefined ? leaf : this.#addTwo(sum, leaf, cap);
    const total = present(sum, "a sum");
    if (leaves.length > 1 && !this.#addends.has(total)) this.#addends.set(total, { leaves, cap });
    return total;
  }

  #leavesOf(id: NodeId, cap: number): readonly NodeId[] {
    const known = this.#addends.get(id);
    return known?.cap === cap ? known.leaves : [id];
  }

  #balanced(leaves: readonly NodeId[], cap: number): NodeId | undefined {
    let level = [...leaves];
    while (level.length > 1) {
      const next: NodeId[] = [];
      for (let i = 0; i < level.length; i += 2) {
        const left = present(level[i], "left");
        const right = level[i + 1];
        next.push(right === undefined ? left : this.#addTwo(left, right, cap));
      }
      level = next;
    }
    return level[0];
  }

  #addTwo(a: NodeId, b: NodeId, cap: number): NodeId {
    if (this.constantOf(b) === 0n) return a;
    if (this.constantOf(a) === 0n) return b;
    return this.#arithmetic("add", a, b, Math.min(cap, Math.max(this.widthOf(a), this.widthOf(b)) + 1));
  }

  sub(a: NodeId, b: NodeId, cap: number): NodeId {
    if (this.constantOf(b) === 0n) return a;
    return this.#arithmetic("sub", a, b, Math.min(cap, Math.max(this.widthOf(a), this.widthOf(b)) + 1));
  }

  mul(a: NodeId, b: NodeId, cap: number): NodeId {
    const [left, right] = this.constantOf(a) === undefined ? [a, b] : [b, a];
    const factor = this.constantOf(right);
    const width = Math.min(cap, this.widthOf(left) + this.widthOf(right));
    if (factor !== undefined) {
      const value = signedValue(factor, this.widthOf(right));
      if (value === 0n) return this.constant(0n, 1);
      if (value === 1n) return left;
      const shift = powerOfTwo(value);
      if (shift !== undefined) return this.#truncate(this.join([this.constant(0n, shift), left]), cap);
    }
    return this.#pure(
      { kind: "binary", operator: "mul" },
      [
        this.signed(left, Math.min(width, this.widthOf(left))),
        this.signed(right, Math.min(width, this.widthOf(right))),
      ],
      width,
    );
  }

  #truncate(a: NodeId, cap: number): NodeId {
    return this.widthOf(a) > cap ? this.slice(a, 0, cap) : a;
  }

  #arithmetic(operator: BinaryOperator, a: NodeId, b: NodeId, width: number): NodeId {
    return this.binary(operator, this.signed(a, width), this.signed(b, width));
  }

  /** `operator` on operands of one width. */
  binary(operator: BinaryOperator, a: NodeId, b: NodeId): NodeId {
    const width = this.widthOf(a);
    if (width !== this.widthOf(b))
      throw new CompilerBug(`${operator} of ${String(width)} and ${String(this.widthOf(b))} bits`);
    const [x, y] = [this.constantOf(a), this.constantOf(b)];
    if (x !== undefined && y !== undefined) return this.constant(foldBinary(operator, x, y, width), width);
    if (operator === "and" || operator === "or") {
      const simple = this.#simplifyLogic(operator, a, b);
      if (simple !== undefined) return simple;
    }
    if (UNCHANGED_BY_ZERO.has(operator) && y === 0n) return a;
    return this.#pure({ kind: "binary", operator }, [a, b], width);
  }

  /** a and 0 ==> 0, a and 1 ==> a, a and a ==> a; or with 0 and 1 exchanged. */
  #simplifyLogic(operator: "and" | "or", a: NodeId, b: NodeId): NodeId | undefined {
    const width = this.widthOf(a);
    const ones = (1n << BigInt(width)) - 1n;
    const [neutral, absorbing] = operator === "and" ? [ones, 0n] : [0n, ones];
    const [x, y] = [this.constantOf(a), this.constantOf(b)];
    if (x === absorbing || y === absorbing) return this.constant(absorbing, width);
    if (x === neutral) return b;
    return y === neutral || a === b ? a : undefined;
  }

  /** Signed comparison of operands of any widths; unsigned predicates want equal widths. */
  compare(predicate: IcmpPredicate, a: NodeId, b: NodeId): NodeId {
    const unsigned = predicate.startsWith("u");
    const width = Math.max(this.widthOf(a), this.widthOf(b));
    const [x, y] = unsigned ? [a, b] : [this.signed(a, width), this.signed(b, width)];
    const [left, right] = [this.constantOf(x), this.constantOf(y)];
    if (left !== undefined && right !== undefined)
      return this.constant(foldCompare(predicate, left, right, width) ? 1n : 0n, 1);
    return this.#pure({ kind: "compare", predicate }, [x, y], 1);
  }

  select(condition: NodeId, whenTrue: NodeId, whenFalse: NodeId): NodeId {
    const known = this.constantOf(condition);
    if (known !== undefined) return known === 1n ? whenTrue : whenFalse;
    if (whenTrue === whenFalse) return whenTrue;
    return this.#pure({ kind: "select" }, [condition, whenTrue, whenFalse], this.widthOf(whenTrue));
  }

  not(a: NodeId): NodeId {
    return this.binary("xor", a, this.constant(-1n, this.widthOf(a)));
  }

  // ---- widths
  /** `a` read as signed, in `width` bits: extended or cut. */
  signed(a: NodeId, width: number): NodeId {
    const from = this.widthOf(a);
    if (width === from) return a;
    if (width < from) return this.slice(a, 0, width);
    const value = this.constantOf(a);
    if (value !== undefined) return this.constant(signedValue(value, from), width);
    const { op, args } = this.node(a);
    const [inner] = args;
    if (op.kind === "extend" && inner !== undefined) return this.signed(inner, width);
    return this.#pure({ kind: "extend" }, [a], width);
  }

  slice(a: NodeId, low: number, width: number): NodeId {
    const from = this.widthOf(a);
    if (low === 0 && width === from) return a;
    if (low < 0 || low + width > from)
      throw new CompilerBug(`bits ${String(low)}+${String(width)} of ${String(from)}`);
    return this.#sliceThrough(a, low, width) ?? this.#pure({ kind: "slice", low }, [a], width);
  }

  /** The bits where they come from, if `a` only moves bits. */
  #sliceThrough(a: NodeId, low: number, width: number): NodeId | undefined {
    const { op, args } = this.node(a);
    if (op.kind === "constant") return this.constant(op.value >> BigInt(low), width);
    if (op.kind === "join") return this.#partOfJoin(args, low, width);
    const [inner] = args;
    if (inner === undefined) return undefined;
    if (op.kind === "slice") return this.slice(inner, op.low + low, width);
    return op.kind === "extend" && low + width <= this.widthOf(inner)
      ? this.slice(inner, low, width)
      : undefined;
  }

  #partOfJoin(parts: readonly NodeId[], low: number, width: number): NodeId | undefined {
    let start = 0;
    for (const part of parts) {
      const end = start + this.widthOf(part);
      if (low >= start && low + width <= end) return this.slice(part, low - start, width);
      start = end;
    }
    return undefined;
  }

  /** Part 0 in the low bits. */
  join(parts: readonly NodeId[]): NodeId {
    const kept = parts.filter((part) => this.widthOf(part) > 0);
    const [only] = kept;
    if (kept.length === 1 && only !== undefined) return only;
    const width = kept.reduce((sum, part) => sum + this.widthOf(part), 0);
    return this.#pure({ kind: "join" }, kept, width);
  }

  float(primitive: FloatPrimitiveName, args: readonly NodeId[], width: number): NodeId {
    return this.#pure({ kind: "float", primitive }, args, width);
  }

  // ---- memory and streams
  load(op: NodeOp & { readonly kind: "load" }, address: readonly NodeId[], width: number): NodeId {
    const isStored = this.#storedArrays.has(op.array);
    const key = `load ${bankOf(op)} ${address.join(",")}${isStored ? ` ${this.#epochOf(op)}` : ""}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const id = this.#push(op, address, width, undefined);
    if (isStored) this.#accumulators.add(id);
    this.#shared.set(key, id);
    return id;
  }

  /**
   * What equal loads of an array that the kernel stores to have in common beside the address: no store to the bank between
   * them, and the access function. A bank of one word has no address; two accesses that may meet there are two, each with
   * dependences of its own.
   */
  #epochOf(op: NodeOp & { readonly kind: "load" }): string {
    return `${String(this.#stores.get(bankOf(op)) ?? 0)} ${op.subscripts.map(linearText).join(";")}`;
  }

  effect(op: NodeOp, args: readonly NodeId[], width: number, predicate: NodeId | undefined): NodeId {
    if (op.kind === "store") this.#stores.set(bankOf(op), (this.#stores.get(bankOf(op)) ?? 0) + 1);
    return this.#push(op, args, width, predicate);
  }

  #pure(op: NodeOp, args: readonly NodeId[], width: number): NodeId {
    const key = `${JSON.stringify(op, (_, value: unknown) => (typeof value === "bigint" ? `${String(value)}n` : value))}|${args.join(",")}|${String(width)}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const id = this.#push(op, args, width, undefined);
    this.#shared.set(key, id);
    return id;
  }

  #push(op: NodeOp, args: readonly NodeId[], width: number, predicate: NodeId | undefined): NodeId {
    const id = this.nodes.length;
    this.nodes.push({ id, op, args, width, predicate, span: this.span });
    if ((op.kind === "select" || op.kind === "extend") && args.some((arg) => this.#accumulators.has(arg)))
      this.#accumulators.add(id);
    return id;
  }
}

function bankOf({ array, bank }: { readonly array: number; readonly bank: number }): string {
  return `${String(array)}:${String(bank)}`;
}

function powerOfTwo(value: bigint): number | undefined {
  if (value < 2n || (value & (value - 1n)) !== 0n) return undefined;
  return value.toString(2).length - 1;
}

/** A sum of nodes as one signed node of at most `cap` bits. */
export function materialize(
  builder: NodeBuilder,
  linear: Linear,
  counterNode: (loop: number) => NodeId,
  cap: number,
): NodeId {
  const terms = [
    ...[...linear.counters].map(([loop, factor]) =>
      builder.mul(counterNode(loop), builder.signedConstant(BigInt(factor), cap), cap),
    ),
    ...[...linear.opaque].map(([node, factor]) =>
      builder.mul(node, builder.signedConstant(BigInt(factor), cap), cap),
    ),
  ];
  return [...terms, builder.signedConstant(BigInt(linear.constant), cap)].reduce((sum, term) =>
    builder.add(sum, term, cap),
  );
}
