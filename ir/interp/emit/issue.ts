import type { Block, Operation, Value } from "../../core/operation.ts";
import { AffineForOp } from "../../dialects/affine/ops.ts";
import { at } from "../../support/bug.ts";
import type { Emitter } from "./emitter.ts";

/**
 * An iteration issues as a whole: before anything in it happens, it waits for every element that it will read and
 * for room for every element that it will write (docs/dataflow.md). Guards of those are functions of counters and
 * command fields, so that they can be computed first; what stands under another guard waits where it stands.
 */
export function emitIssue(body: Block, out: Emitter): void {
  if (body.ops.some(isInnerLoop)) return;
  collectWaits(body, [], (op, guards) => {
    if (!guards.every((guard) => isEarly(guard.value, body))) return;
    for (const guard of guards) emitEarly(guard.value, body, out);
    const condition = guards
      .map((guard) => (guard.isSet ? out.name(guard.value) : `!${out.name(guard.value)}`))
      .join(" && ");
    const queue = out.name(at(op.operands, 0));
    const wait =
      op.name === "dataflow.read"
        ? `while (${queue}.count === 0) yield ${queue}.onEmpty;`
        : `while (${queue}.count === ${queue}.capacity) yield ${queue}.onFull;`;
    out.line(condition === "" ? wait : `if (${condition}) ${wait}`);
  });
}

interface Guard {
  readonly value: Value;
  readonly isSet: boolean;
}

function isInnerLoop(op: Operation): boolean {
  const loop = AffineForOp.match(op);
  return loop !== undefined && loop.attrs.unroll === undefined;
}

function collectWaits(
  block: Block,
  guards: readonly Guard[],
  visit: (op: Operation, guards: readonly Guard[]) => void,
): void {
  for (const op of block.ops) {
    if (op.name === "dataflow.read" || op.name === "dataflow.write") visit(op, guards);
    if (op.name !== "scf.if") continue;
    const value = at(op.operands, 0);
    op.regions.forEach((region, index) => {
      for (const branch of region.blocks)
        collectWaits(branch, [...guards, { value, isSet: index === 0 }], visit);
    });
  }
}

/** Whether a value is known at the start of an iteration: from outside it, or by arithmetic on such values. */
function isEarly(value: Value, body: Block): boolean {
  const { producer } = value;
  if (producer === undefined || !isInside(producer, body)) return true;
  return isArithmetic(producer) && producer.operands.every((operand) => isEarly(operand, body));
}

function emitEarly(value: Value, body: Block, out: Emitter): void {
  const { producer } = value;
  if (producer === undefined || !isInside(producer, body)) return;
  for (const operand of producer.operands) emitEarly(operand, body, out);
  out.emitOnce(producer);
}

function isArithmetic(op: Operation): boolean {
  return op.name.startsWith("arith.") || op.name === "affine.apply";
}

function isInside(op: Operation, body: Block): boolean {
  for (let block = op.parent; block !== undefined; block = block.parent?.parent?.parent)
    if (block === body) return true;
  return false;
}
