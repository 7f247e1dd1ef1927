import { identityMapOf } from "../core/affine.ts";
import { Block, Operation, Region, type Value } from "../core/operation.ts";
import type { MemRefType, Type } from "../core/type.ts";
import {
  AffineApplyOp,
  AffineForOp,
  AffineLoadOp,
  AffineStoreOp,
  AffineYieldOp,
} from "../dialects/affine/ops.ts";
import { ModuleOp } from "../dialects/builtin/ops.ts";
import { FuncOp, ReturnOp } from "../dialects/func/ops.ts";
import { LoopBuilder } from "../dialects/loops/builder.ts";
import { MemRefGetGlobalOp, MemRefGlobalOp } from "../dialects/memref/ops.ts";
import { at, CompilerBug, present } from "../support/bug.ts";
import type { Diagnostic } from "../support/diagnostics.ts";
import { copyCells } from "./copy-cells.ts";
import { importUnsupported } from "./diagnostics.ts";
import { SCALAR_LOWERINGS } from "./scalar-ops.ts";

/** The functions of a lowered module in our dialects, and what is wrong with them. */
export interface Translated {
  readonly module: Operation;
  readonly problems: readonly Diagnostic[];
}

/** From upstream's generic form of affine loops over memrefs, every operation of which is known, to the same in our dialects. */
export function translateModule(upstream: Operation): Translated {
  const problems: Diagnostic[] = [];
  const body = new Block();
  for (const op of at(upstream.regions, 0).block.ops) {
    if (op.name === "memref.global") body.append(translateGlobal(op));
    else body.append(new FunctionTranslator(op, problems).translate());
  }
  return {
    module: ModuleOp.create({
      operands: {},
      attrs: { sym_name: undefined },
      regions: [new Region(body)],
      span: upstream.span,
    }),
    problems,
  };
}

function translateGlobal(op: Operation): Operation {
  const { attrs } = present(MemRefGlobalOp.match(op), op.name);
  return MemRefGlobalOp.create({ operands: {}, attrs, span: op.span });
}

class FunctionTranslator {
  readonly #func: Operation;
  readonly #problems: Diagnostic[];
  readonly #values = new Map<Value, Value>();
  readonly #b: LoopBuilder;
  #arrays = 0;

  constructor(func: Operation, problems: Diagnostic[]) {
    this.#func = func;
    this.#problems = problems;
    const { args } = at(func.regions, 0).block;
    const block = new Block(
      args.map(({ type }) => type),
      args.map(({ hint }) => hint),
    );
    this.#b = new LoopBuilder(block, func.span);
    args.forEach((arg, index) => {
      this.#values.set(arg, at(block.args, index));
    });
  }

  translate(): Operation {
    const { attrs } = present(FuncOp.match(this.#func), this.#func.name);
    const { block } = this.#b;
    this.#translateBlock(at(this.#func.regions, 0).block);
    return FuncOp.create({ operands: {}, attrs, regions: [new Region(block)], span: this.#func.span });
  }

  #translateBlock(block: Block): void {
    for (const op of block.ops) {
      this.#b.span = op.span;
      this.#translateOp(op);
    }
  }

  /** What a value of the upstream module became; a view is the array that it looks at. */
  #value(value: Value): Value {
    return present(this.#values.get(value), "a translated value");
  }

  #operands(op: Operation): readonly Value[] {
    return op.operands.map((value) => this.#value(value));
  }

  #translateOp(op: Operation): void {
    const scalar = SCALAR_LOWERINGS[op.name];
    if (scalar !== undefined) {
      this.#values.set(op.result, scalar(this.#b, this.#operands(op), op));
      return;
    }
    switch (op.name) {
      case "affine.for":
        this.#translateFor(op);
        return;
      case "memref.alloc":
        this.#values.set(op.result, this.#alloc(op.result.type));
        return;
      case "memref.collapse_shape":
      case "memref.expand_shape":
        this.#values.set(op.result, this.#value(at(op.operands, 0)));
        return;
      case "memref.copy":
        this.#copy(op, this.#value(at(op.operands, 0)), this.#value(at(op.operands, 1)));
        return;
      case "func.return":
        this.#translateReturn(op);
        return;
      default:
        this.#translateAlike(op);
    }
  }

  #alloc(type: Type): Value {
    if (type.kind !== "memref") throw new CompilerBug("an array is a memref");
    return this.#b.array(`t${String(this.#arrays++)}`, type.shape, type.element);
  }

  #copy(op: Operation, from: Value, to: Value): void {
    if (!copyCells(this.#b, from, to))
      this.#problems.push(
        importUnsupported(op.span, { op: op.name, reason: "its views cut across dimensions" }),
      );
  }

  /** A view is returned as an array of its own shape. */
  #translateReturn(op: Operation): void {
    const results = op.operands.map((operand) => {
      const value = this.#value(operand);
      const wanted = operand.type as MemRefType; // checked before translation: only arrays are returned
      if (value.type.kind === "memref" && value.type.shape.join() === wanted.shape.join()) return value;
      const array = this.#alloc(wanted);
      this.#copy(op, value, array);
      return array;
    });
    this.#b.insert(ReturnOp.create({ operands: {}, rest: results, attrs: {}, span: op.span }));
  }

  #translateFor(op: Operation): void {
    const [lower, upper, step] = ["lowerBoundMap", "upperBoundMap", "step"].map((name) => op.attribute(name));
    if (lower?.kind !== "affine_map" || upper?.kind !== "affine_map" || step?.kind !== "int")
      throw new CompilerBug("a loop has two bounds and a step");
    const source = at(op.regions, 0).block;
    const block = new Block([at(source.args, 0).type], ["i"]);
    this.#values.set(at(source.args, 0), at(block.args, 0));
    this.#b.insert(
      AffineForOp.create({
        operands: {},
        attrs: {
          lowerBound: lower.map,
          upperBound: upper.map,
          step: Number(step.value),
          unroll: undefined,
          ii: undefined,
          max_trip: undefined,
          dim: undefined,
        },
        regions: [new Region(block)],
        span: op.span,
      }),
    );
    this.#b.within(block, () => {
      this.#translateBlock(source);
    });
  }

  /** Operations that are the same in both, but for attributes of upstream's that say nothing. */
  #translateAlike(op: Operation): void {
    const [rest, span] = [this.#operands(op), op.span];
    const resultTypes = op.results.map(({ type }) => type);
    const made = ((): Operation => {
      switch (op.name) {
        case "affine.yield":
          return AffineYieldOp.create({ operands: {}, attrs: {}, span });
        case "memref.get_global":
          return MemRefGetGlobalOp.create({
            operands: {},
            attrs: present(MemRefGetGlobalOp.match(op), op.name).attrs,
            resultTypes,
            span,
          });
        case "memref.load":
        case "memref.store":
          return access(op, rest);
        case AffineLoadOp.name:
        case AffineStoreOp.name:
        case AffineApplyOp.name:
        case "arith.constant":
          return new Operation({
            name: op.name,
            operands: rest,
            resultTypes,
            attributes: op.attributes,
            span,
          });
        default:
          throw new CompilerBug(`${op.name} was let through`);
      }
    })();
    this.#b.insert(made);
    op.results.forEach((result, index) => {
      this.#values.set(result, at(made.results, index));
    });
  }
}

/** A standard access with its subscripts as an affine map's dimensions. */
function access(op: Operation, operands: readonly Value[]): Operation {
  const loads = op.name === "memref.load";
  const count = operands.length - (loads ? 1 : 2);
  return new Operation({
    name: loads ? AffineLoadOp.name : AffineStoreOp.name,
    operands,
    resultTypes: op.results.map(({ type }) => type),
    attributes: { map: { kind: "affine_map", map: identityMapOf(count) } },
    span: op.span,
  });
}
