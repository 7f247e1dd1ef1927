import { type AffineExpr, type AffineMap, identityMapOf } from "../core/affine.ts";
import { Block, type Operation, type Value } from "../core/operation.ts";
import { indexType } from "../core/type.ts";
import { AffineForOp, AffineLoadOp, AffineStoreOp } from "../dialects/affine/ops.ts";
import { ArithAddIOp, ArithConstantOp, ArithIndexCastOp, ArithMulIOp } from "../dialects/arith/ops.ts";
import { MemRefLoadOp, MemRefStoreOp } from "../dialects/memref/ops.ts";
import { at, present } from "../support/bug.ts";
import type { Span } from "../support/diagnostics.ts";

/**
 * Makes accesses and loop bounds of a kernel's body what MLIR's verifier asks for: integers among their operands are cast to
 * indices (values of the body's top level right behind their definition); loads and stores with a subscript that is
 * neither a loop counter nor known at the top level become `memref.load` and `memref.store`.
 */
export function makeAccessesStandard(body: Block): void {
  const casts = new Map<Value, Value>();
  for (const op of [...body.ops].flatMap((each) => [...each.walk()])) {
    const head = HEADS.get(op.name);
    if (head === undefined) continue;
    op.operands.forEach((operand, index) => {
      if (index >= head && operand.type.kind === "int")
        op.setOperand(index, castToIndex(operand, op, body, casts));
    });
    if (op.operands.slice(head).some((operand) => !isAffineOperand(operand, body))) replaceAccess(op, head);
  }
}

/** Operations with affine operands, and how many others come before those. */
const HEADS: ReadonlyMap<string, number> = new Map([
  [AffineForOp.name, 0],
  ["affine.apply", 0],
  [AffineLoadOp.name, 1],
  [AffineStoreOp.name, 2],
]);

/** An integer of the top level is cast there once, any other where it is used. */
function castToIndex(value: Value, user: Operation, body: Block, casts: Map<Value, Value>): Value {
  const known = casts.get(value);
  if (known !== undefined) return known;
  const cast = ArithIndexCastOp.create({
    operands: { in: value },
    attrs: {},
    resultTypes: [indexType],
    span: user.span,
  });
  cast.result.hint = value.hint;
  const block =
    value.producer === undefined ? (value.owner as Block) : present(value.producer.parent, "a block"); // without a producer the owner is a block
  if (block === body) {
    block.insert(cast, value.producer === undefined ? 0 : block.ops.indexOf(value.producer) + 1);
    casts.set(value, cast.result);
  } else {
    present(user.parent, "a block").insertBefore(cast, user);
  }
  return cast.result;
}

/** Whether MLIR takes the value as a dimension or symbol. */
function isAffineOperand(value: Value, body: Block): boolean {
  const { producer, owner } = value;
  if (producer === undefined)
    return owner === body || (owner instanceof Block && owner.parent?.parent?.name === AffineForOp.name);
  if (producer.parent === body || producer.name === ArithConstantOp.name) return true;
  return (
    producer.name === "affine.apply" && producer.operands.every((operand) => isAffineOperand(operand, body))
  );
}

/** affine.load %m[map(%x)] ==> %i = map(%x) in arith; memref.load %m[%i]; likewise a store. */
function replaceAccess(op: Operation, head: number): void {
  const map = AffineLoadOp.match(op)?.attrs.map ?? AffineStoreOp.match(op)?.attrs.map;
  if (map?.results.every(isLinear) !== true) return;
  const block = present(op.parent, "a block");
  const insert = (made: Operation): Value => {
    block.insertBefore(made, op);
    return made.result;
  };
  const rest = map.results.map((expr) =>
    expand(expr, { map, operands: op.operands.slice(head), span: op.span }, insert),
  );
  const { span } = op;
  if (head === 1) {
    const load = MemRefLoadOp.create({
      operands: { memref: at(op.operands, 0) },
      rest,
      attrs: {},
      resultTypes: [op.result.type],
      span,
    });
    load.result.hint = op.result.hint;
    op.result.replaceAllUsesWith(insert(load));
  } else {
    block.insertBefore(
      MemRefStoreOp.create({
        operands: { value: at(op.operands, 0), memref: at(op.operands, 1) },
        rest,
        attrs: {},
        span,
      }),
      op,
    );
  }
  op.erase();
}

function isLinear(expr: AffineExpr): boolean {
  return (
    expr.kind !== "binary" ||
    ((expr.op === "+" || expr.op === "*") && isLinear(expr.left) && isLinear(expr.right))
  );
}

/** The value of an expression of sums and products. */
function expand(
  expr: AffineExpr,
  {
    map,
    operands,
    span,
  }: { readonly map: AffineMap; readonly operands: readonly Value[]; readonly span: Span },
  insert: (op: Operation) => Value,
): Value {
  const value = (each: AffineExpr): Value => {
    switch (each.kind) {
      case "dim":
        return at(operands, each.index);
      case "symbol":
        return at(operands, map.dims + each.index);
      case "constant":
        return insert(
          ArithConstantOp.create({
            operands: {},
            attrs: { value: { kind: "int", value: BigInt(each.value), type: indexType } },
            resultTypes: [indexType],
            span,
          }),
        );
      case "binary": {
        const parts = {
          operands: { lhs: value(each.left), rhs: value(each.right) },
          attrs: {},
          resultTypes: [indexType],
          span,
        };
        return insert((each.op === "*" ? ArithMulIOp : ArithAddIOp).create(parts));
      }
    }
  };
  return value(expr);
}

/** The way back: every `memref.load` and `memref.store` is an affine one whose map is the identity. */
export function makeAccessesAffine(body: Block): void {
  for (const op of [...body.ops].flatMap((each) => [...each.walk()])) {
    const block = op.parent;
    if (block === undefined) continue;
    const { span } = op;
    const load = MemRefLoadOp.match(op);
    const store = MemRefStoreOp.match(op);
    const rest = load?.rest ?? store?.rest;
    if (rest === undefined) continue;
    const attrs = { map: identityMapOf(rest.length) };
    if (store !== undefined)
      block.insertBefore(AffineStoreOp.create({ operands: store.operands, rest, attrs, span }), op);
    if (load !== undefined) {
      const affine = AffineLoadOp.create({
        operands: load.operands,
        rest,
        attrs,
        resultTypes: [op.result.type],
        span,
      });
      affine.result.hint = op.result.hint;
      block.insertBefore(affine, op);
      op.result.replaceAllUsesWith(affine.result);
    }
    op.erase();
  }
}
