import {
  type AffineExpr,
  AffineLoadOp,
  AffineStoreOp,
  at,
  type Operation,
  present,
  type ScheduleBuilder,
  type Value,
} from "../../../ir/index.ts";
import { memrefOf } from "./array-type.ts";
import type { LoopFunction, Nest } from "./loop-function.ts";

/** Most cells of a bank that one nest reads in the same cycle. */
const READ_PORTS = 8;

/**
 * Where the arrays of a function are on chip. An array that some nest writes is one buffer. One that is only read has a
 * buffer for every nest and every way (access function but for its constants) in which the nest reads it: each is banked for
 * its reader alone, so that no reader chooses among banks at run time. A loader fills all of them at once.
 */
export class ArrayCopies {
  readonly #s: ScheduleBuilder;
  readonly #written: ReadonlySet<Value>;
  readonly #nameOf: (array: Value) => string;
  #count = 0;
  readonly #buffers = new Map<Value, Map<string, Value>>();

  constructor(s: ScheduleBuilder, { nests }: LoopFunction, nameOf: (array: Value) => string) {
    this.#s = s;
    this.#nameOf = nameOf;
    this.#written = new Set(nests.flatMap(({ writes }) => writes));
    nests.forEach((nest, index) => {
      for (const op of accessesOf(nest)) if (!nest.wires.includes(arrayOf(op))) this.of(op, index);
    });
  }

  /** The buffer that an access of a nest goes to. */
  of(op: Operation, nest: number): Value {
    const array = arrayOf(op);
    return this.#written.has(array)
      ? this.#buffer(array, "")
      : this.#buffer(array, `${String(nest)} ${accessFunction(op)}`);
  }

  /** All buffers of an array, at least one. */
  all(array: Value): readonly Value[] {
    const known = [...(this.#buffers.get(array)?.values() ?? [])];
    return known.length > 0 ? known : [this.#buffer(array, "")];
  }

  #buffer(array: Value, key: string): Value {
    const copies = this.#buffers.get(array) ?? new Map<string, Value>();
    this.#buffers.set(array, copies);
    const known = copies.get(key);
    if (known !== undefined) return known;
    const { shape, element } = memrefOf(array);
    const name = `m${String(this.#count)}_${this.#nameOf(array)}`; // numbers keep names of banks apart
    this.#count += 1;
    const made = this.#s.buffer(name, shape, element, { readPorts: READ_PORTS });
    copies.set(key, made);
    return made;
  }
}

/** Loads and stores of a nest in program order. */
export function accessesOf({ ops }: Nest): readonly Operation[] {
  return ops
    .flatMap((op) => [...op.walk()])
    .filter(({ name }) => name === AffineLoadOp.name || name === AffineStoreOp.name);
}

/** The array that is loaded from or stored to. */
export function arrayOf(op: Operation): Value {
  const access = AffineLoadOp.match(op) ?? AffineStoreOp.match(op);
  return present(access, "an access").operands.memref;
}

/** Subscripts as text, constants left out; operands by their place in the nest. */
function accessFunction(op: Operation): string {
  const { attrs, rest } = present(AffineLoadOp.match(op), "a load");
  const names = rest.map(counterName);
  return attrs.map.results
    .map((result) => terms(result, names, attrs.map.dims).toSorted().join("+"))
    .join(",");
}

/** A counter by the depth of its loop. */
function counterName(value: Value): string {
  let depth = 0;
  let block = "args" in value.owner ? value.owner : undefined;
  while (block?.parent?.parent !== undefined) {
    depth += 1;
    block = block.parent.parent.parent;
  }
  return `d${String(depth)}`;
}

function terms(expr: AffineExpr, names: readonly string[], dims: number): readonly string[] {
  if (expr.kind === "constant") return [];
  if (expr.kind === "dim") return [at(names, expr.index)];
  if (expr.kind === "symbol") return [at(names, dims + expr.index)];
  const [left, right] = [expr.left, expr.right];
  if (expr.op === "+") return [...terms(left, names, dims), ...terms(right, names, dims)];
  const factor = right.kind === "constant" ? right.value : left.kind === "constant" ? left.value : 0;
  const inner = right.kind === "constant" ? left : right;
  return [`(${terms(inner, names, dims).join("+")})${expr.op}${String(factor)}`];
}
