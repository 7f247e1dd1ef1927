import { Block, type Operation, Region } from "../core/operation.ts";
import { changed, definePass, unchanged } from "../core/pass.ts";
import { InstanceOp, KernelOp, ScheduleOp } from "../dialects/dataflow/ops.ts";
import { FuncOp, ReturnOp } from "../dialects/func/ops.ts";
import { at, present } from "../support/bug.ts";
import { makeAccessesStandard } from "./standard-accesses.ts";

/**
 * Each `dataflow.kernel` becomes a function of the module and a `dataflow.instance` of it. Loops then stand in functions,
 * where MLIR allows symbols and its own passes look for them. `dataflow-inline-kernels` is the way back.
 */
export const dataflowOutlineKernels = definePass({
  name: "dataflow-outline-kernels",
  summary: "Moves the bodies of kernels into functions",
  requires: [],
  ensures: [],
  defaults: {},
  run: (module) => {
    const { block } = at(module.regions, 0);
    const names = new Set(block.ops.flatMap(symbolOf));
    let outlined = 0;
    for (const schedule of block.ops.filter(({ name }) => name === ScheduleOp.name)) {
      const kernels = at(schedule.regions, 0).block.ops.filter(({ name }) => name === KernelOp.name);
      for (const kernel of kernels) outlineKernel(kernel, schedule, names);
      outlined += kernels.length;
    }
    return outlined > 0 ? changed : unchanged;
  },
});

function symbolOf(op: Operation): readonly string[] {
  const name = op.attribute("sym_name");
  return name?.kind === "string" ? [name.value] : [];
}

function outlineKernel(kernel: Operation, schedule: Operation, taken: Set<string>): void {
  const { sym_name: name } = present(KernelOp.match(kernel), kernel.name).attrs;
  const callee = freeName(name, schedule, taken);
  taken.add(callee);
  const body = at(kernel.regions, 0).block;
  makeAccessesStandard(body);
  const moved = moveBody(body, (span) => ReturnOp.create({ operands: {}, attrs: {}, span }));
  const type = { kind: "function", inputs: moved.args.map((arg) => arg.type), results: [] } as const;
  const func = FuncOp.create({
    operands: {},
    attrs: { sym_name: callee, function_type: type },
    regions: [new Region(moved)],
    span: kernel.span,
  });
  for (const [key, value] of Object.entries(kernel.attributes))
    if (key !== "sym_name") func.setAttribute(key, value);
  present(schedule.parent, "the module's block").insertBefore(func, schedule);
  const attrs = { callee, name: callee === name ? undefined : name };
  const instance = InstanceOp.create({ operands: {}, rest: kernel.operands, attrs, span: kernel.span });
  present(kernel.parent, "the schedule's block").insertBefore(instance, kernel);
  kernel.erase();
}

/** The kernel's own name; behind the schedule's where the module has it already. */
function freeName(name: string, schedule: Operation, taken: ReadonlySet<string>): string {
  let free = name;
  for (let suffix = 0; taken.has(free); suffix++)
    free = [...symbolOf(schedule), name, ...(suffix === 0 ? [] : [String(suffix)])].join("_");
  return free;
}

/** A block with the arguments and operations of `from`, which is left empty, ended by another terminator. */
export function moveBody(from: Block, terminator: (span: Operation["span"]) => Operation): Block {
  const to = new Block(
    from.args.map((arg) => arg.type),
    from.args.map((arg) => arg.hint),
  );
  from.args.forEach((arg, index) => {
    arg.replaceAllUsesWith(at(to.args, index));
  });
  const end = present(from.last, "a terminator");
  const { span } = end;
  end.erase();
  for (const op of [...from.ops]) {
    from.remove(op);
    to.append(op);
  }
  to.append(terminator(span));
  return to;
}
