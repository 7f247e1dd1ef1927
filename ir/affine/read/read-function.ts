import { hasTrait } from "../../core/dialect.ts";
import type { Block, Operation, Value } from "../../core/operation.ts";
import { AffineApplyOp, AffineForOp, AffineLoadOp, AffineStoreOp } from "../../dialects/affine/ops.ts";
import { FuncOp } from "../../dialects/func/ops.ts";
import { ALL_OPS } from "../../dialects/registry.ts";
import { at, CompilerBug, present } from "../../support/bug.ts";
import type { Diagnostic } from "../../support/diagnostics.ts";
import { fail, ok, type Result } from "../../support/result.ts";
import { notAffine } from "../diagnostics.ts";
import { sumsOfMap } from "../model/affine-expr.ts";
import { newArray } from "../model/arrays.ts";
import { withoutAttributes } from "../model/attributes.ts";
import type { LoopProgram } from "../model/program.ts";
import {
  type AffineSum,
  addSums,
  constantSum,
  newCounter,
  scaleSum,
  sumConstant,
  variableSum,
} from "../model/sum.ts";
import type { Guard, Term } from "../model/term.ts";
import { guardOf } from "./condition.ts";
import type { Draft, DraftBlock, KnownStore, Site } from "./draft.ts";
import { settle } from "./settle.ts";

/**
 * Reads a function of affine loops over arrays as a tree of loops and statements, one statement per store. A value that
 * is used behind a store to what it was loaded from, or a float result used in a deeper loop, goes through a new rank-0
 * array, as do the values that `iter_args` hand on.
 */
export function readProgram(func: Operation): Result<LoopProgram> {
  if (FuncOp.match(func) === undefined) throw new CompilerBug(`${func.name} is no function`);
  const reader = new FunctionReader(at(func.regions, 0).block);
  const draft = reader.read();
  if (reader.problems.length > 0) return fail(...reader.problems);
  const { body, returned, temporaries } = settle(draft);
  return ok({ func, arrays: [...reader.arrays, ...temporaries], body, returned });
}

const ARRAYS: ReadonlySet<string> = new Set(["memref.alloc", "memref.alloca", "memref.get_global"]);
const ENDS: ReadonlySet<string> = new Set(["affine.yield", "scf.yield", "memref.dealloc"]);

class FunctionReader {
  readonly problems: Diagnostic[] = [];
  readonly arrays: Operation[] = [];
  readonly #block: Block;
  readonly #terms = new Map<Value, Term>();
  readonly #origins = new Map<Term, Site>();
  readonly #stores: KnownStore[] = [];
  readonly #path: DraftBlock[] = [{ items: [] }];
  #guards: readonly Guard[] = [];
  #returned: Draft["returned"] | undefined;
  #position = 0;
  #carried = 0;

  constructor(block: Block) {
    this.#block = block;
    for (const arg of block.args) this.#terms.set(arg, { kind: "value", value: arg });
  }

  read(): Draft {
    this.#readBlock(this.#block);
    const returned = this.#returned ?? { terms: [], site: this.#site() };
    return { block: at(this.#path, 0), origins: this.#origins, stores: this.#stores, returned };
  }

  #site(): Site {
    return { path: [...this.#path], position: this.#position++, guards: this.#guards };
  }

  #refuse(op: Operation, reason: string): void {
    this.problems.push(notAffine(op.span, { op: op.name, reason }));
    for (const result of op.results) this.#terms.set(result, { kind: "index", sum: constantSum(0) });
  }

  #term(value: Value): Term {
    return present(this.#terms.get(value), "a value's term");
  }

  /** An index, or an integer that was cast to one, as a sum. */
  #sum(value: Value): AffineSum {
    const term = this.#term(value);
    return term.kind === "index" ? term.sum : variableSum({ kind: "opaque", term });
  }

  #readBlock(block: Block): void {
    for (const op of block.ops) this.#readOp(op);
  }

  #readOp(op: Operation): void {
    if (ENDS.has(op.name)) return;
    if (ARRAYS.has(op.name)) {
      this.arrays.push(op);
      this.#terms.set(op.result, { kind: "value", value: op.result });
      return;
    }
    switch (op.name) {
      case "affine.for":
        this.#readLoop(op);
        return;
      case "affine.load":
      case "memref.load":
        this.#readLoad(op);
        return;
      case "affine.store":
      case "memref.store":
        this.#readStore(op);
        return;
      case "scf.if":
        this.#readIf(op);
        return;
      case "func.return":
        this.#returned = { terms: op.operands.map((value) => this.#term(value)), site: this.#site() };
        return;
      default:
        this.#readPure(op);
    }
  }

  #readLoop(op: Operation): void {
    const { attrs, rest } = present(AffineForOp.match(op), op.name);
    const split = attrs.lowerBound.dims + attrs.lowerBound.symbols;
    const end = split + attrs.upperBound.dims + attrs.upperBound.symbols;
    const sums = rest.slice(0, end).map((value) => this.#sum(value));
    const lower = sumsOfMap(attrs.lowerBound, sums.slice(0, split));
    const upper = sumsOfMap(attrs.upperBound, sums.slice(split));
    const { block } = at(op.regions, 0);
    if (lower === undefined || upper === undefined || attrs.step < 1) {
      this.#refuse(op, "a bound is not affine, or the step is not positive");
      return;
    }
    const carried = this.#enterCarried(op, rest.slice(end));
    const counter = newCounter(at(block.args, 0).hint ?? attrs.dim ?? `i${String(this.#path.length - 1)}`);
    this.#terms.set(at(block.args, 0), { kind: "index", sum: variableSum(counter) });
    const draft: DraftBlock = { items: [] };
    const head = { kind: "loop", position: this.#position++, counter, lower, upper } as const;
    at(this.#path, this.#path.length - 1).items.push({
      ...head,
      step: attrs.step,
      attributes: withoutAttributes(op.attributes, "lowerBound", "upperBound", "step"),
      span: op.span,
      block: draft,
    });
    this.#path.push(draft);
    carried.forEach((array, index) => {
      this.#terms.set(at(block.args, index + 1), this.#loadOf(array, op));
    });
    this.#readBlock(block);
    const yielded = block.last?.operands ?? [];
    const values = yielded.map((value) => this.#term(value));
    carried.forEach((array, index) => {
      this.#store(array, [], at(values, index), op);
    });
    this.#path.pop();
    carried.forEach((array, index) => {
      this.#terms.set(at(op.results, index), this.#loadOf(array, op));
    });
  }

  /** One cell for each value that iterations hand on, with its first content. */
  #enterCarried(op: Operation, initial: readonly Value[]): readonly Value[] {
    return initial.map((value) => {
      const array = newArray(`carried${String(this.#carried++)}`, [], value.type);
      this.arrays.push(array);
      this.#store(array.result, [], this.#term(value), op);
      return array.result;
    });
  }

  #loadOf(array: Value, op: Operation): Term {
    if (array.type.kind !== "memref") throw new CompilerBug("a cell of no array");
    const term: Term = {
      kind: "load",
      access: { array, subscripts: [] },
      type: array.type.element,
      span: op.span,
    };
    this.#origins.set(term, this.#site());
    return term;
  }

  #subscripts(op: Operation, values: readonly Value[]): readonly AffineSum[] | undefined {
    const sums = values.map((value) => this.#sum(value));
    const map = op.attribute("map");
    return map?.kind === "affine_map" ? sumsOfMap(map.map, sums) : sums;
  }

  #readLoad(op: Operation): void {
    const memref = at(op.operands, 0);
    const rest = AffineLoadOp.match(op)?.rest ?? op.operands.slice(1);
    const subscripts = this.#subscripts(op, rest);
    if (subscripts === undefined) {
      this.#refuse(op, "a subscript is not affine");
      return;
    }
    const access = { array: memref, subscripts };
    const term: Term = { kind: "load", access, type: op.result.type, span: op.span };
    this.#origins.set(term, this.#site());
    this.#terms.set(op.result, term);
  }

  #readStore(op: Operation): void {
    const [value, memref] = [at(op.operands, 0), at(op.operands, 1)];
    const rest = AffineStoreOp.match(op)?.rest ?? op.operands.slice(2);
    const subscripts = this.#subscripts(op, rest);
    if (subscripts === undefined) this.#refuse(op, "a subscript is not affine");
    else this.#store(memref, subscripts, this.#term(value), op);
  }

  #store(array: Value, subscripts: readonly AffineSum[], value: Term, op: Operation): void {
    const site = this.#site();
    this.#stores.push({ array, site });
    at(this.#path, this.#path.length - 1).items.push({
      kind: "store",
      position: site.position,
      guards: this.#guards,
      target: { array, subscripts },
      value,
      span: op.span,
    });
  }

  #readIf(op: Operation): void {
    const condition = this.#term(at(op.operands, 0));
    if (op.results.length > 0) {
      this.#readChoice(op, condition);
      return;
    }
    const outer = this.#guards;
    [true, false].forEach((holds, index) => {
      this.#guards = [...outer, guardOf(condition, holds)];
      this.#readBlock(at(op.regions, index).block);
    });
    this.#guards = outer;
  }

  /** `scf.if` with results: its branches may load, not store. */
  #readChoice(op: Operation, condition: Term): void {
    const inside = op.regions.flatMap(({ block }) => block.ops.flatMap((each) => [...each.walk()]));
    if (inside.some(({ name }) => name.endsWith(".store") || name === "affine.for")) {
      this.#refuse(op, "a branch with results stores or holds a loop");
      return;
    }
    const branches = op.regions.map(({ block }) => {
      this.#readBlock(block);
      return present(block.last, "the end of a branch").operands.map((value) => this.#term(value));
    });
    op.results.forEach((result, index) => {
      const [whenTrue, whenFalse] = branches.map((values) => at(values, index));
      if (whenTrue === undefined || whenFalse === undefined) throw new CompilerBug("a branch without result");
      const term: Term = { kind: "choose", condition, whenTrue, whenFalse, type: result.type, span: op.span };
      this.#origins.set(term, this.#site());
      this.#terms.set(result, term);
    });
  }

  #readPure(op: Operation): void {
    if (op.results.length !== 1 || op.regions.length > 0 || !hasTrait(ALL_OPS, op, "pure")) {
      this.#refuse(op, "it is no arithmetic on scalars");
      return;
    }
    const sum = this.#indexSum(op);
    if (sum !== undefined) {
      this.#terms.set(op.result, { kind: "index", sum });
      return;
    }
    const term: Term = {
      kind: "operation",
      name: op.name,
      operands: op.operands.map((value) => this.#term(value)),
      attributes: op.attributes,
      type: op.result.type,
      span: op.span,
    };
    this.#origins.set(term, this.#site());
    this.#terms.set(op.result, term);
  }

  /** An index computed from indices, where it is affine. */
  #indexSum(op: Operation): AffineSum | undefined {
    if (op.result.type.kind !== "index") return undefined;
    const apply = AffineApplyOp.match(op);
    if (apply !== undefined)
      return sumsOfMap(
        apply.attrs.map,
        apply.rest.map((value) => this.#sum(value)),
      )?.[0];
    const value = op.attribute("value");
    if (op.name === "arith.constant")
      return value?.kind === "int" ? constantSum(Number(value.value)) : undefined;
    const [left, right] = op.operands.map((operand) => this.#sum(operand));
    return left === undefined || right === undefined ? undefined : indexArithmetic(op.name, left, right);
  }
}

function indexArithmetic(name: string, left: AffineSum, right: AffineSum): AffineSum | undefined {
  if (name === "arith.addi") return addSums(left, right);
  if (name === "arith.subi") return addSums(left, right, -1);
  if (name !== "arith.muli") return undefined;
  const [x, y] = [sumConstant(left), sumConstant(right)];
  if (y !== undefined) return scaleSum(left, y);
  return x === undefined ? undefined : scaleSum(right, x);
}
