import { type AffineMap, affineConstant } from "../../core/affine.ts";
import type { Operation, Value } from "../../core/operation.ts";
import type { MemRefType } from "../../core/type.ts";
import { AffineApplyOp, AffineForOp, AffineLoadOp, AffineStoreOp } from "../../dialects/affine/ops.ts";
import { at, CompilerBug, present } from "../../support/bug.ts";
import { lanesOf } from "../cells.ts";
import { type AffineText, affineTexts } from "./affine-text.ts";
import type { Emitter, EmitterTable } from "./emitter.ts";
import { emitIssue } from "./issue.ts";

function emitFor(op: Operation, out: Emitter): void {
  const { attrs, rest } = present(AffineForOp.match(op), "affine.for");
  const lowerCount = attrs.lowerBound.dims + attrs.lowerBound.symbols;
  const lower = bound(affineTexts(attrs.lowerBound, rest.slice(0, lowerCount), out), "Math.max");
  const upper = bound(affineTexts(attrs.upperBound, rest.slice(lowerCount), out), "Math.min");
  const body = at(op.regions, 0).block;
  const counter = at(body.args, 0);
  const [from, to, index] = [out.fresh("lo"), out.fresh("hi"), out.fresh("i")];
  out.line(`const ${from} = ${lower.text}, ${to} = ${upper.text};`);
  let last = upper.interval.max - 1;
  if (attrs.max_trip !== undefined) {
    out.line(
      `if (${to} - ${from} > ${String(attrs.max_trip * attrs.step)}) tooManyTrips(S, ${out.site(op)}, Math.ceil((${to} - ${from}) / ${String(attrs.step)}));`,
    );
    last = Math.min(last, lower.interval.max + (attrs.max_trip - 1) * attrs.step);
  }
  out.alias(counter, index);
  out.intervals.set(counter, { min: lower.interval.min, max: last });
  out.line(`for (let ${index} = ${from}; ${index} < ${to}; ${index} += ${String(attrs.step)}) {`);
  out.loops.push({ name: counter.hint ?? `loop${String(out.loops.length)}`, counter: index });
  emitIssue(body, out);
  out.emitBlock(body);
  out.loops.pop();
  out.line("}");
}

/** A bound of several results is the largest lower or the smallest upper one. */
function bound(results: readonly AffineText[], join: "Math.max" | "Math.min"): AffineText {
  if (results.length === 1) return at(results, 0);
  const pick = join === "Math.max" ? Math.max : Math.min;
  return {
    text: `${join}(${results.map((result) => result.text).join(", ")})`,
    interval: {
      min: pick(...results.map((result) => result.interval.min)),
      max: pick(...results.map((result) => result.interval.max)),
    },
  };
}

/** A load or store: which array and, by the map of the operands, which cell. */
interface Access {
  readonly op: Operation;
  readonly memref: Value;
  readonly map: AffineMap;
  readonly operands: readonly Value[];
}

/** Names the row-major number of the cell, after checks of the subscripts that are not known to be inside. */
function emitCellNumber({ op, memref, map, operands }: Access, out: Emitter): string {
  const type = memrefTypeOf(memref);
  if (map.results.length !== type.shape.length) out.refuse(op, "the subscripts do not fit the rank");
  let flat = "";
  affineTexts(map, operands, out).forEach(({ text, interval }, dimension) => {
    const size = at(type.shape, dimension);
    const subscript = out.fresh("s");
    out.line(`const ${subscript} = ${text};`);
    if (interval.min < 0 || interval.max >= size) {
      out.line(
        `if (!(${subscript} >= 0 && ${subscript} < ${String(size)})) outOfBounds(S, ${out.site(op)}, ${String(dimension)}, ${subscript});`,
      );
    }
    flat = flat === "" ? subscript : `(${flat} * ${String(size)} + ${subscript})`;
  });
  return flat === "" ? "0" : flat;
}

function memrefTypeOf(memref: Value): MemRefType {
  if (memref.type.kind !== "memref") throw new CompilerBug("a memref was expected");
  return memref.type;
}

function emitLoad(op: Operation, out: Emitter): void {
  const {
    operands: { memref },
    rest,
    attrs,
  } = present(AffineLoadOp.match(op), "affine.load");
  if (out.cells.has(memref)) {
    out.bind(op.result, out.name(memref));
    return;
  }
  const cell = emitCellNumber({ op, memref, map: attrs.map, operands: rest }, out);
  const shadow = out.shadows.get(memref);
  if (shadow !== undefined) out.line(`O.load(${shadow}, ${cell});`);
  const lanes = lanesOf(memrefTypeOf(memref).element);
  const isVector = memrefTypeOf(memref).element.kind === "vector";
  out.bind(
    op.result,
    isVector
      ? `loadLanes(${out.name(memref)}, ${cell} * ${String(lanes)}, ${String(lanes)})`
      : `${out.name(memref)}[${cell}]`,
  );
}

/** `affine.store`. */
function emitStore(op: Operation, out: Emitter): void {
  const {
    operands: { value, memref },
    rest,
    attrs,
  } = present(AffineStoreOp.match(op), "affine.store");
  const target = out.name(memref);
  if (out.cells.has(memref)) {
    out.line(`${target} = ${out.name(value)};`);
    return;
  }
  const cell = emitCellNumber({ op, memref, map: attrs.map, operands: rest }, out);
  const shadow = out.shadows.get(memref);
  if (shadow !== undefined) out.line(`O.store(${shadow}, ${cell});`);
  const { element } = memrefTypeOf(memref);
  out.line(
    element.kind === "vector"
      ? `storeLanes(${target}, ${cell} * ${String(element.lanes)}, ${out.name(value)});`
      : `${target}[${cell}] = ${out.name(value)};`,
  );
}

/** `affine.apply`. */
function emitApply(op: Operation, out: Emitter): void {
  const { rest, attrs } = present(AffineApplyOp.match(op), "affine.apply");
  const result = affineTexts(
    { ...attrs.map, results: [attrs.map.results[0] ?? affineConstant(0)] },
    rest,
    out,
  )[0];
  const { text, interval } = present(result, "the result of affine.apply");
  out.bind(op.result, `${text} | 0`);
  if (interval.min >= -(2 ** 31) && interval.max < 2 ** 31) out.intervals.set(op.result, interval);
}

/** `affine`. */
export const AFFINE_EMITTERS: EmitterTable = {
  "affine.for": emitFor,
  "affine.yield": () => undefined,
  "affine.load": emitLoad,
  "affine.store": emitStore,
  "affine.apply": emitApply,
};
