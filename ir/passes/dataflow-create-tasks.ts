import type { Block, Operation, Value } from "../core/operation.ts";
import { changed, definePass, unchanged } from "../core/pass.ts";
import { DataflowYieldOp, DispatchOp, TaskOp } from "../dialects/dataflow/ops.ts";
import { FuncOp } from "../dialects/func/ops.ts";
import { LayersOp, WeightOp } from "../dialects/nn/ops.ts";
import { at, present } from "../support/bug.ts";
import { eraseUnused, type Outliner, outline, writeBefore } from "./rewrite.ts";
import { TASK_RULES, type TaskRule } from "./task-rules.ts";

/**
 * Level 1 ==> level 2: in functions and in the body of `nn.layers`, neighbouring operations become the tasks of a
 * `dataflow.dispatch`, grouped by the fusion rules; a weight goes into the task that reads it.
 */
export const dataflowCreateTasks = definePass({
  name: "dataflow-create-tasks",
  summary: "Groups the operations of the integer graph into dataflow tasks",
  requires: ["quantized"],
  ensures: ["tasks"],
  defaults: {},
  run: (module) => {
    const owners = [...module.walk()].filter(({ name }) => name === FuncOp.name || name === LayersOp.name);
    const dispatches = owners.reduce((sum, owner) => sum + createTasks(at(owner.regions, 0).block), 0);
    return dispatches > 0 ? changed : unchanged;
  },
});

/** Operations that become one task; the first one decides who may join. */
interface Group {
  readonly name: string;
  readonly ops: Operation[];
}

/** Dispatches made in `block`: one for each run of operations between others. */
function createTasks(block: Block): number {
  let dispatches = 0;
  let groups: Group[] = [];
  for (const op of [...block.ops]) {
    if (op.name === WeightOp.name) continue;
    const rule = TASK_RULES.get(op.name);
    if (rule !== undefined) assign(groups, op, rule);
    else if (groups.length > 0) {
      dispatch(groups, op);
      dispatches++;
      groups = [];
    }
  }
  for (const op of [...block.ops]) if (op.name === WeightOp.name) eraseUnused(op);
  return dispatches;
}

/** Puts `op` into the first task that it may join and that comes after everything it reads, else into a new one. */
function assign(groups: Group[], op: Operation, rule: TaskRule): void {
  const earliest = Math.max(
    0,
    ...op.operands.map((operand) =>
      groups.findIndex(({ ops }) => operand.producer !== undefined && ops.includes(operand.producer)),
    ),
  );
  const open = groups.slice(earliest).find(({ ops }) => rule.joins(at(ops, 0), op));
  const group = open ?? { name: uniqueName(groups, rule.name(op)), ops: [] };
  if (open === undefined) groups.push(group);
  group.ops.push(op);
}

function uniqueName(groups: readonly Group[], name: string): string {
  const taken = new Set(groups.map((group) => group.name));
  let unique = name;
  for (let suffix = 1; taken.has(unique); suffix++) unique = `${name}_${String(suffix)}`;
  return unique;
}

function dispatch(groups: readonly Group[], end: Operation): void {
  const tasks = groups.map(({ name, ops }) =>
    outline(ops.flatMap(withWeights), end, taskOutliner(name, at(ops, 0))),
  );
  outline(tasks, end, {
    terminator,
    enclosing: (region, values) =>
      DispatchOp.create({
        operands: {},
        attrs: {},
        regions: [region],
        resultTypes: values.map(({ type }) => type),
        span: at(tasks, 0).span,
      }),
  });
}

/** The operation behind copies of its own of the weights that it reads. */
function withWeights(op: Operation): readonly Operation[] {
  const copies = op.operands.flatMap((operand, index) => {
    const weight = WeightOp.match(operand.producer);
    if (weight === undefined || operand.type.kind !== "tensor" || weight.op.parent !== op.parent) return []; // of another block: of another layer
    const { shape, element } = operand.type;
    const copy = writeBefore(op, (b) =>
      b.weight(
        weight.attrs.name,
        shape.map((size) => size ?? 0),
        element,
      ),
    );
    op.setOperand(index, copy);
    return [present(copy.producer, "the weight")];
  });
  return [...copies, op];
}

function taskOutliner(name: string, { span }: Operation): Outliner {
  return {
    terminator,
    enclosing: (region, values) =>
      TaskOp.create({
        operands: {},
        attrs: { name },
        regions: [region],
        resultTypes: values.map(({ type }) => type),
        span,
      }),
  };
}

function terminator(values: readonly Value[]): Operation {
  return DataflowYieldOp.create({ operands: {}, rest: values, attrs: {} });
}
