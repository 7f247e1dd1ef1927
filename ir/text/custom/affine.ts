import { type AffineMap, constantMap } from "../../core/affine.ts";
import type { Attribute } from "../../core/attribute.ts";
import type { Operation, Value } from "../../core/operation.ts";
import { indexType, printType } from "../../core/type.ts";
import { at, present } from "../../support/bug.ts";
import { printAttribute } from "../print/attribute.ts";
import type { Writer } from "../print/writer.ts";
import {
  canInline,
  mapOf,
  printApplied,
  printSubscripts,
  readApplied,
  readSubscripts,
  type Subscripts,
} from "./affine-map.ts";
import { type DialectSyntax, hasArgs, i64Of, regionOf, terminatorSyntax, wholeOf } from "./common.ts";
import type { OpReader } from "./hook.ts";

const FOR_SAID = ["lowerBound", "upperBound", "step"];

function mapAttribute(map: AffineMap): Attribute {
  return { kind: "affine_map", map };
}

function printBound(
  map: AffineMap,
  operands: readonly Value[],
  writer: Writer,
  several: "min" | "max",
): void {
  const [first] = map.results;
  const inputs = map.dims + map.symbols;
  const single = map.results.length === 1;
  if (single && first?.kind === "constant" && inputs === 0) writer.write(String(first.value));
  else if (single && first?.kind === "symbol" && inputs === 1) writer.write(writer.nameList(operands));
  else
    printApplied(map, operands, writer, `${single ? "" : `${several} `}${printAttribute(mapAttribute(map))}`);
}

function readBound(reader: OpReader, several: "min" | "max"): Subscripts {
  if (reader.atUse())
    return {
      map: { dims: 0, symbols: 1, results: [{ kind: "symbol", index: 0 }] },
      operands: [reader.resolve(reader.use())],
    };
  if (!reader.accept(several) && reader.atNumber())
    return { map: constantMap(Number(reader.integer())), operands: [] };
  return readApplied(reader);
}

function fitsFor(op: Operation): boolean {
  const lower = mapOf(op, "lowerBound");
  const upper = mapOf(op, "upperBound");
  if (lower === undefined || upper === undefined || !hasArgs(op, 1) || wholeOf(op, "step") === undefined)
    return false;
  if (op.operands.length !== lower.dims + lower.symbols + upper.dims + upper.symbols) return false;
  return at(regionOf(op).block.args, 0).type.kind === "index" && regionOf(op).block.ops.length > 0;
}

/** MLIR's syntax; attributes of a loop may also stand before its body. */
export const affineSyntax: DialectSyntax = {
  "affine.yield": terminatorSyntax,
  "affine.for": {
    fits: fitsFor,
    print(op, writer) {
      const lower = present(mapOf(op, "lowerBound"), "lower bound");
      const split = lower.dims + lower.symbols;
      writer.write(` ${writer.name(at(regionOf(op).block.args, 0))} = `);
      printBound(lower, op.operands.slice(0, split), writer, "max");
      writer.write(" to ");
      printBound(present(mapOf(op, "upperBound"), "upper bound"), op.operands.slice(split), writer, "min");
      const step = wholeOf(op, "step") ?? 1n;
      if (step !== 1n) writer.write(` step ${String(step)}`);
      writer.write(" ");
      writer.region(regionOf(op), { headed: true, implied: "affine.yield" });
      writer.attrDict(op.attributes, FOR_SAID);
    },
    parse(reader) {
      const counter = reader.use();
      reader.expect("=");
      const lower = readBound(reader, "max");
      reader.expect("to");
      const upper = readBound(reader, "min");
      const step = reader.accept("step") ? reader.integer() : 1n;
      const before = reader.attrDict();
      const region = reader.region("affine.for", {
        args: [{ use: counter, type: indexType }],
        implied: "affine.yield",
      });
      return {
        operands: [...lower.operands, ...upper.operands],
        regions: [region],
        attributes: {
          lowerBound: mapAttribute(lower.map),
          upperBound: mapAttribute(upper.map),
          step: i64Of(step),
          ...before,
          ...reader.attrDict(),
        },
      };
    },
  },
  "affine.load": {
    fits: (op) =>
      canInline(present(mapOf(op, "map"), "map"), op.operands.slice(1)) &&
      cellType(at(op.operands, 0)) === printType(op.result.type),
    print(op, writer) {
      writer.write(` ${writer.name(at(op.operands, 0))}`);
      printSubscripts(present(mapOf(op, "map"), "map"), op.operands.slice(1), writer);
      writer.attrDict(op.attributes, ["map"]);
      writer.write(` : ${printType(at(op.operands, 0).type)}`);
    },
    parse(reader) {
      const { memref, map, operands, attributes } = readAccess(reader);
      if (memref.type.kind !== "memref") return reader.fail("a memref type");
      return {
        operands: [memref, ...operands],
        resultTypes: [memref.type.element],
        attributes: { map: mapAttribute(map), ...attributes },
      };
    },
  },
  "affine.store": {
    fits: (op) =>
      canInline(present(mapOf(op, "map"), "map"), op.operands.slice(2)) &&
      cellType(at(op.operands, 1)) === printType(at(op.operands, 0).type),
    print(op, writer) {
      writer.write(` ${writer.name(at(op.operands, 0))}, ${writer.name(at(op.operands, 1))}`);
      printSubscripts(present(mapOf(op, "map"), "map"), op.operands.slice(2), writer);
      writer.attrDict(op.attributes, ["map"]);
      writer.write(` : ${printType(at(op.operands, 1).type)}`);
    },
    parse(reader) {
      const stored = reader.use();
      reader.expect(",");
      const { memref, map, operands, attributes } = readAccess(reader);
      const value = reader.resolve(stored, memref.type.kind === "memref" ? memref.type.element : undefined);
      return {
        operands: [value, memref, ...operands],
        attributes: { map: mapAttribute(map), ...attributes },
      };
    },
  },
  "affine.apply": {
    fits: (op) => op.operands.length === (mapOf(op, "map")?.dims ?? 0) + (mapOf(op, "map")?.symbols ?? 0),
    print(op, writer) {
      const map = present(mapOf(op, "map"), "map");
      writer.write(" ");
      printApplied(map, op.operands, writer, printAttribute(mapAttribute(map)));
      writer.attrDict(op.attributes, ["map"]);
    },
    parse(reader) {
      const { map, operands } = readApplied(reader);
      return {
        operands,
        resultTypes: [indexType],
        attributes: { map: mapAttribute(map), ...reader.attrDict() },
      };
    },
  },
};

function cellType(memref: Value): string {
  return memref.type.kind === "memref" ? printType(memref.type.element) : "";
}

/** `%m[%i, %j + 1] {…} : memref<…>`. */
function readAccess(
  reader: OpReader,
): Subscripts & { readonly memref: Value; readonly attributes: Readonly<Record<string, Attribute>> } {
  const memref = reader.use();
  const subscripts = readSubscripts(reader);
  const attributes = reader.attrDict();
  reader.expect(":");
  return { ...subscripts, attributes, memref: reader.resolve(memref, reader.type()) };
}
