import { i64Attr } from "../../core/constraint.ts";
import { Block, Operation, Region, type Value } from "../../core/operation.ts";
import { indexType } from "../../core/type.ts";
import { AffineForOp, AffineYieldOp } from "../../dialects/affine/ops.ts";
import { FuncOp, ReturnOp } from "../../dialects/func/ops.ts";
import { ScfIfOp } from "../../dialects/scf/ops.ts";
import { at } from "../../support/bug.ts";
import { type Loop, type LoopProgram, type Node, rootsOf, type Statement } from "../model/program.ts";
import { sameSum } from "../model/sum.ts";
import { type Guard, loadsOf } from "../model/term.ts";
import { shareTerms } from "./share-terms.ts";
import { TermWriter } from "./term-writer.ts";

/** The program as a new `func.func`; it is in no module. */
export function writeProgram(program: LoopProgram): Operation {
  const { func } = program;
  const source = at(func.regions, 0).block;
  const block = new Block(
    source.args.map(({ type }) => type),
    source.args.map(({ hint }) => hint),
  );
  const outside = new Map<Value, Value>(source.args.map((arg, index) => [arg, at(block.args, index)]));
  for (const op of program.arrays) {
    const { name, attributes, span } = op;
    const made = new Operation({ name, attributes, resultTypes: [op.result.type], span });
    made.result.hint = op.result.hint;
    block.append(made);
    outside.set(op.result, made.result);
  }
  const writer = new TermWriter(block, outside, func.span);
  writeNodes(shareTerms(program.body), writer);
  const rest = program.returned.map((term) => writer.value(term));
  block.append(ReturnOp.create({ operands: {}, rest, attrs: {}, span: func.span }));
  return new Operation({
    name: FuncOp.name,
    attributes: { ...func.attributes, ...program.attributes },
    regions: [new Region(block)],
    span: func.span,
  });
}

function writeNodes(nodes: readonly Node[], writer: TermWriter): void {
  for (let index = 0; index < nodes.length; ) {
    const node = at(nodes, index);
    if (node.kind === "loop") {
      writeLoop(node, writer);
      index++;
      continue;
    }
    const run = guardedRun(nodes.slice(index));
    writeGuarded(run, 0, writer);
    index += run.length;
  }
}

function writeLoop(loop: Loop, writer: TermWriter): void {
  const [lower, upper] = [writer.map(loop.lower), writer.map(loop.upper)];
  const block = new Block([indexType], [loop.counter.name]);
  writer.builder.insert(
    new Operation({
      name: AffineForOp.name,
      operands: [...lower.operands, ...upper.operands],
      attributes: {
        lowerBound: { kind: "affine_map", map: lower.map },
        upperBound: { kind: "affine_map", map: upper.map },
        step: i64Attr.write(loop.step),
        ...loop.attributes,
      },
      regions: [new Region(block)],
      span: loop.span,
    }),
  );
  writer.inLoop(block, loop.counter, () => {
    writeNodes(loop.body, writer);
    writer.builder.insert(AffineYieldOp.create({ operands: {}, attrs: {}, span: loop.span }));
  });
}

/** The statements from the first one on that stand under the same guards, which none of them changes. */
function guardedRun(nodes: readonly Node[]): readonly Statement[] {
  const [first] = nodes;
  if (first?.kind !== "statement") return [];
  const read = new Set(
    loadsOf(rootsOf({ ...first, value: { kind: "index", sum: { terms: new Map(), constant: 0 } } })).map(
      ({ access }) => access.array,
    ),
  );
  const run: Statement[] = [first];
  for (const node of nodes.slice(1)) {
    const last = at(run, run.length - 1);
    if (node.kind !== "statement" || first.guards.length === 0) break;
    if (!sameGuards(node.guards, first.guards) || read.has(last.target.array)) break;
    run.push(node);
  }
  return run;
}

/** Whether guards are the same conditions. */
export function sameGuards(a: readonly Guard[], b: readonly Guard[]): boolean {
  return a.length === b.length && a.every((guard, index) => sameGuard(guard, at(b, index)));
}

function sameGuard(a: Guard, b: Guard): boolean {
  if (a.kind === "data" || b.kind === "data")
    return a.kind === "data" && b.kind === "data" && a.holds === b.holds && a.condition === b.condition;
  return (
    a.constraints.length === b.constraints.length &&
    a.constraints.every(({ kind, sum }, index) => {
      const other = at(b.constraints, index);
      return kind === other.kind && sameSum(sum, other.sum);
    })
  );
}

function writeGuarded(run: readonly Statement[], depth: number, writer: TermWriter): void {
  const first = at(run, 0);
  const guard = first.guards[depth];
  if (guard === undefined) {
    for (const { target, value, span } of run) {
      writer.builder.span = span;
      writer.store(target, value, span);
    }
    return;
  }
  writer.builder.span = first.span;
  const condition = writer.condition(guard);
  const whenTrue = writer.inBranch(() => {
    writeGuarded(run, depth + 1, writer);
    return [];
  });
  const regions = [whenTrue, writer.inBranch(() => [])];
  writer.builder.insert(ScfIfOp.create({ operands: { condition }, attrs: {}, regions, span: first.span }));
}
