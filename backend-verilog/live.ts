import { at, type Block, type Operation, type Value } from "../ir/index.ts";
import { KnownValues } from "./known-bits.ts";

/** What is known of values before liveness is asked: without it, everything that is mentioned is live. */
export interface Constants {
  constant(value: Value): bigint | undefined;
}

/** The operands that matter, where constants decide: none of a constant, the condition's choice of a multiplexer. */
function relevantOperands(op: Operation, constants: Constants | undefined): readonly Value[] {
  if (constants === undefined || !op.name.startsWith("comb.")) return op.operands;
  if (constants.constant(op.result) !== undefined) return [];
  const condition = op.name === "comb.mux" ? constants.constant(at(op.operands, 0)) : undefined;
  return condition === undefined ? op.operands : [at(op.operands, condition === 1n ? 1 : 2)];
}

/** Operations that a module must keep: what its outputs, instances, named wires and memory writes depend on. */
export function liveOperations(block: Block, constants?: Constants): ReadonlySet<Operation> {
  const live = new Set<Operation>();
  const pending: Operation[] = [];
  const keep = (op: Operation): void => {
    if (live.has(op)) return;
    live.add(op);
    pending.push(op);
  };
  for (const op of block.ops) if (isRoot(op)) keep(op);
  for (let op = pending.pop(); op !== undefined; op = pending.pop()) {
    for (const operand of relevantOperands(op, constants))
      if (operand.producer !== undefined) keep(operand.producer);
  }
  return live;
}

function isRoot(op: Operation): boolean {
  return (
    op.name === "hw.output" ||
    op.name === "hw.instance" ||
    op.name === "hw.wire" ||
    op.name === "seq.firmem.write_port"
  );
}

/** Whether the operation is combinational: it has an expression. */
function isCombinational(op: Operation): boolean {
  return op.name.startsWith("comb.") || op.name === "hw.constant" || op.name === "hw.wire";
}

/** Depth first with a stack of its own; an operation whose operands are all ready is done with nothing before it. */
function visitOperandsFirst(
  root: Operation,
  ready: (value: Value) => boolean,
  finish: (op: Operation) => void,
): void {
  const stack = [root];
  const open = new Set<Operation>();
  for (let op = stack[stack.length - 1]; op !== undefined; op = stack[stack.length - 1]) {
    const waiting = op.operands.flatMap((operand) =>
      operand.producer === undefined || ready(operand) ? [] : [operand.producer],
    );
    if (waiting.length === 0 || open.has(op)) {
      stack.pop();
      finish(op);
    } else {
      open.add(op);
      stack.push(...waiting.reverse());
    }
  }
}

/** The combinational operations (of `live`, where given) such that operands come first, otherwise in the order of the text. */
export function inDependenceOrder(block: Block, live?: ReadonlySet<Operation>): readonly Operation[] {
  const ordered: Operation[] = [];
  const done = new Set<Operation>();
  const ready = (value: Value): boolean =>
    value.producer === undefined ||
    done.has(value.producer) ||
    !isCombinational(value.producer) ||
    live?.has(value.producer) === false;
  for (const root of block.ops) {
    if (live?.has(root) === false || !isCombinational(root)) continue;
    visitOperandsFirst(root, ready, (op) => {
      if (!done.has(op)) ordered.push(op);
      done.add(op);
    });
  }
  return ordered;
}

/** The only block of a module. */
export function bodyOf(module: Operation): Block {
  return at(at(module.regions, 0).blocks, 0);
}

/** The memories of a module that its Verilog has: those that are read, or written. */
export function emittedMemories(module: Operation): ReadonlySet<Operation> {
  const body = bodyOf(module);
  const known = new KnownValues();
  for (const op of inDependenceOrder(body)) known.learn(op);
  return new Set([...liveOperations(body, known)].filter((op) => op.name === "seq.firmem"));
}
