import { type AffineExpr, type AffineMap, dim, printAffineExpr, symbol } from "../../core/affine.ts";
import type { Operation, Value } from "../../core/operation.ts";
import type { UseName } from "../parse/scopes.ts";
import type { Writer } from "../print/writer.ts";
import type { OpReader } from "./hook.ts";

/** An affine map of an operation. */
export function mapOf(op: Operation, name: string): AffineMap | undefined {
  const attribute = op.attribute(name);
  return attribute?.kind === "affine_map" ? attribute.map : undefined;
}

function isUsed(map: AffineMap, kind: "dim" | "symbol", index: number): boolean {
  const inside = (expr: AffineExpr): boolean =>
    expr.kind === "binary"
      ? inside(expr.left) || inside(expr.right)
      : expr.kind === kind && expr.index === index;
  return map.results.some(inside);
}

/** Whether writing values into the expressions of `map` loses no operand and no type. */
export function canInline(map: AffineMap, operands: readonly Value[]): boolean {
  if (operands.length !== map.dims + map.symbols) return false;
  const used = operands.every((_, index) =>
    index < map.dims ? isUsed(map, "dim", index) : isUsed(map, "symbol", index - map.dims),
  );
  return used && operands.every((value) => value.type.kind === "index" || value.type.kind === "int");
}

/** `[%i, %j + 1, symbol(%n)]`. */
export function printSubscripts(map: AffineMap, operands: readonly Value[], writer: Writer): void {
  const name = (kind: "dim" | "symbol", index: number): string => {
    const value = operands[kind === "dim" ? index : map.dims + index];
    const text = value === undefined ? "?" : writer.name(value);
    return kind === "dim" ? text : `symbol(${text})`;
  };
  writer.write(`[${map.results.map((result) => printAffineExpr(result, name)).join(", ")}]`);
}

/** Subscripts as they are written: a map, and what it is applied to. */
export interface Subscripts {
  readonly map: AffineMap;
  readonly operands: readonly Value[];
}

/** Reads what `printSubscripts` writes; each name becomes one dimension or one symbol. */
export function readSubscripts(reader: OpReader): Subscripts {
  const dims: UseName[] = [];
  const symbols: UseName[] = [];
  const position = (list: UseName[], use: UseName): number => {
    const known = list.findIndex(({ name }) => name === use.name);
    return known >= 0 ? known : list.push(use) - 1;
  };
  const results: AffineExpr[] = [];
  reader.expect("[");
  if (!reader.at("]")) {
    do
      results.push(
        reader.affine((use, asSymbol) =>
          asSymbol ? symbol(position(symbols, use)) : dim(position(dims, use)),
        ),
      );
    while (reader.accept(","));
  }
  reader.expect("]");
  const operands = [...dims, ...symbols].map((use) => reader.resolve(use));
  return { map: { dims: dims.length, symbols: symbols.length, results }, operands };
}

/** `affine_map<…>(%d)[%s]`. */
export function printApplied(
  map: AffineMap,
  operands: readonly Value[],
  writer: Writer,
  mapText: string,
): void {
  writer.write(`${mapText}(${writer.nameList(operands.slice(0, map.dims))})`);
  if (map.symbols > 0) writer.write(`[${writer.nameList(operands.slice(map.dims))}]`);
}

/** Reads what `printApplied` writes. */
export function readApplied(reader: OpReader): Subscripts {
  const attribute = reader.attribute();
  if (attribute.kind !== "affine_map") return reader.fail("an affine map");
  const dims = reader.parens(() => reader.use());
  const symbols = reader.accept("[") ? reader.uses() : [];
  if (symbols.length > 0) reader.expect("]");
  const { map } = attribute;
  if (dims.length !== map.dims || symbols.length !== map.symbols)
    return reader.fail(`${String(map.dims)} dimensions and ${String(map.symbols)} symbols`);
  return { map, operands: [...dims, ...symbols].map((use) => reader.resolve(use)) };
}
