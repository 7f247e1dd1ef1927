import {
  type AffineExpr,
  type AffineMap,
  bitWidth,
  CompilerBug,
  type Diagnostic,
  type ElementType,
  type Operation,
  present,
  printType,
  type Type,
  type Value,
} from "../../ir/index.ts";
import { unsupportedKernel } from "./diagnostics.ts";
import { divideSum } from "./divide-sum.ts";
import { asConstant, linearAdd, linearConstant, linearOpaque, linearScale } from "./linear.ts";
import type { Linear, NodeId } from "./node.ts";
import { materialize, type NodeBuilder } from "./node-builder.ts";

/** Thrown inside the conversion of one kernel, caught at its border: the kernel uses something unsupported. */
export class Unsupported extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** The values of one kernel during its conversion. */
export class ConvertScope {
  readonly kernel: string;
  readonly builder: NodeBuilder;
  readonly counterWidths: number[] = [];
  readonly #nodes = new Map<Value, NodeId>();
  readonly #linears = new Map<Value, Linear>();
  readonly #arrays = new Map<Value, number>();
  readonly #streams = new Map<Value, number>();
  /** Conjunction of the guards around the current operation. */
  predicate: NodeId | undefined;

  constructor(kernel: string, builder: NodeBuilder) {
    this.kernel = kernel;
    this.builder = builder;
  }

  bind(value: Value, node: NodeId): void {
    this.#nodes.set(value, node);
    this.#linears.delete(value);
  }

  /** An index value known as a sum; its node is made when it is asked for. */
  bindLinear(value: Value, linear: Linear): void {
    this.#linears.set(value, linear);
    this.#nodes.delete(value);
  }

  bindArray(value: Value, array: number): void {
    this.#arrays.set(value, array);
  }
  bindStream(value: Value, stream: number): void {
    this.#streams.set(value, stream);
  }
  array(value: Value): number {
    return present(this.#arrays.get(value), "an array");
  }
  stream(value: Value): number {
    return present(this.#streams.get(value), "a stream");
  }

  /** The node of a value: an integer signed in at most its type's width; anything else in exactly that width. */
  node(value: Value): NodeId {
    const known = this.#nodes.get(value);
    if (known !== undefined) return known;
    const linear = present(
      this.#linears.get(value),
      `a value of type ${printType(value.type)} in kernel ${this.kernel}`,
    );
    const made = this.linearNode(linear);
    this.#nodes.set(value, made);
    return made;
  }

  linearNode(linear: Linear): NodeId {
    return materialize(this.builder, linear, (loop) => this.counterNode(loop), 32);
  }

  counterNode(loop: number): NodeId {
    return this.builder.counter(loop, present(this.counterWidths[loop], "a loop"));
  }

  /** Whether the value is known as a sum over counters. */
  isLinear(value: Value): boolean {
    return this.#linears.get(value)?.opaque.size === 0;
  }

  /** A value as a sum; what nothing is known of counts as itself. */
  linear(value: Value): Linear {
    const known = this.#linears.get(value);
    if (known !== undefined) return known;
    const node = this.node(value);
    const constant = this.builder.constantOf(node);
    return constant === undefined
      ? linearOpaque(node)
      : linearConstant(Number(BigInt.asIntN(this.builder.widthOf(node), constant)));
  }

  /** The value in exactly its type's bits, as it travels in streams and memories. */
  raw(value: Value): NodeId {
    const node = this.node(value);
    return isInteger(value.type) ? this.builder.signed(node, widthOfType(value.type)) : node;
  }

  /** Subscripts of an affine access. */
  subscripts(map: AffineMap, operands: readonly Value[]): readonly Linear[] {
    const dims = operands.map((operand) => this.linear(operand));
    return map.results.map((expr) => this.#expression(expr, dims, map));
  }

  #expression(expr: AffineExpr, inputs: readonly Linear[], map: AffineMap): Linear {
    switch (expr.kind) {
      case "dim":
        return present(inputs[expr.index], "a dimension");
      case "symbol":
        return present(inputs[map.dims + expr.index], "a symbol");
      case "constant":
        return linearConstant(expr.value);
      case "binary": {
        const [left, right] = [
          this.#expression(expr.left, inputs, map),
          this.#expression(expr.right, inputs, map),
        ];
        if (expr.op === "+") return linearAdd(left, right);
        const [x, y] = [asConstant(left), asConstant(right)];
        if (expr.op === "*" && y !== undefined) return linearScale(left, y);
        if (expr.op === "*" && x !== undefined) return linearScale(right, x);
        if (y !== undefined && (expr.op === "mod" || expr.op === "floordiv"))
          return this.#division(expr.op, left, y);
        if (y !== undefined && expr.op === "ceildiv")
          return this.#division("floordiv", linearAdd(left, linearConstant(y - 1)), y);
        return this.unsupported(`affine operator ${expr.op} of two values`, "a constant on one side");
      }
      default:
        throw new CompilerBug("affine expression");
    }
  }

  /** Division by a number; by a power of two it is a slice. */
  #division(op: "mod" | "floordiv", left: Linear, divisor: number): Linear {
    const value = asConstant(left);
    if (value !== undefined)
      return linearConstant(
        op === "mod" ? ((value % divisor) + divisor) % divisor : Math.floor(value / divisor),
      );
    const shift = Math.log2(divisor);
    if (!Number.isInteger(shift) && divisor > 0) {
      const { quotient, rest } = divideSum(this, left, divisor);
      return op === "floordiv" ? quotient : linearOpaque(rest);
    }
    if (divisor < 1) return this.unsupported(`${op} by ${String(divisor)}`, "a positive number");
    const { builder } = this;
    const node = this.linearNode(left);
    const width = builder.widthOf(node);
    if (shift === 0) return op === "mod" ? linearConstant(0) : left;
    if (op === "floordiv")
      return linearOpaque(
        shift >= width ? builder.constant(0n, 1) : builder.slice(node, shift, width - shift),
      );
    return linearOpaque(
      builder.join([
        builder.slice(builder.signed(node, Math.max(width, shift)), 0, shift),
        builder.constant(0n, 1),
      ]),
    );
  }

  /** Runs `body` under one more guard. */
  under<T>(guard: NodeId, body: () => T): T {
    const outer = this.predicate;
    this.predicate = outer === undefined ? guard : this.builder.binary("and", outer, guard);
    const result = body();
    this.predicate = outer;
    return result;
  }

  unsupported(what: string, expected: string, op?: Operation): never {
    throw new Unsupported(
      unsupportedKernel(op?.span ?? this.builder.span, { kernel: this.kernel, what, expected }),
    );
  }
}

/** Integers and indices wider than one bit are kept signed and narrow. */
export function isInteger(type: Type): boolean {
  return type.kind === "index" || (type.kind === "int" && type.width > 1);
}

/** Bits of a scalar or vector type. */
export function widthOfType(type: Type): number {
  if (
    type.kind === "int" ||
    type.kind === "index" ||
    type.kind === "float" ||
    type.kind === "vector" ||
    type.kind === "bundle" ||
    type.kind === "token"
  )
    return bitWidth(type);
  throw new CompilerBug(`a ${type.kind} has no bits`);
}

/** The element types of a stream as fields. */
export function fieldTypesOf(type: Type): readonly ElementType[] {
  if (type.kind !== "stream") throw new CompilerBug(`a ${type.kind} is no stream`);
  const { element } = type;
  if (element.kind === "bundle") return element.fields;
  return element.kind === "token" ? [] : [element];
}
