import { type Operation, Region } from "../core/operation.ts";
import { changed, definePass, type PassOutcome, unchanged } from "../core/pass.ts";
import { sameType } from "../core/type.ts";
import { DataflowYieldOp, InstanceOp, KernelOp } from "../dialects/dataflow/ops.ts";
import { FuncOp } from "../dialects/func/ops.ts";
import { at, present } from "../support/bug.ts";
import { type Diagnostic, defineDiagnostic } from "../support/diagnostics.ts";
import { moveBody } from "./dataflow-outline-kernels.ts";
import { makeAccessesAffine } from "./standard-accesses.ts";

const badInstance = defineDiagnostic("IR0020", "error", (p: { callee: string; problem: string }) => ({
  message: `dataflow.instance @${p.callee} ${p.problem}`,
  expected: "one instance for each function with a body, which takes its operands and returns nothing",
}));

/** The inverse of `dataflow-outline-kernels`: a function takes the place of its only instance as a `dataflow.kernel`. */
export const dataflowInlineKernels = definePass({
  name: "dataflow-inline-kernels",
  summary: "Moves functions back into the kernels that are made of them",
  requires: [],
  ensures: [],
  defaults: {},
  run: (module): PassOutcome => {
    const { ops } = at(module.regions, 0).block;
    const functions = new Map(
      ops.flatMap((op) => {
        const view = FuncOp.match(op);
        return view === undefined ? [] : [[view.attrs.sym_name, op] as const];
      }),
    );
    const instances = [...module.walk()].filter(({ name }) => name === InstanceOp.name);
    const diagnostics: Diagnostic[] = [];
    for (const instance of instances) {
      const { callee } = present(InstanceOp.match(instance), instance.name).attrs;
      const func = functions.get(callee);
      functions.delete(callee);
      const problem = func === undefined ? "names no function of its own" : misfit(instance, func);
      if (problem !== undefined) diagnostics.push(badInstance(instance.span, { callee, problem }));
      else if (func !== undefined) inlineKernel(instance, func);
    }
    if (diagnostics.length > 0) return { kind: "error", diagnostics };
    return instances.length > 0 ? changed : unchanged;
  },
});

/** What keeps the function from being the body of this instance. */
function misfit(instance: Operation, func: Operation): string | undefined {
  const body = func.regions[0]?.blocks[0];
  if (body === undefined) return "names a function without a body";
  if ((body.last?.operands.length ?? 0) > 0) return "names a function with results";
  const fits =
    body.args.length === instance.operands.length &&
    body.args.every((arg, index) => sameType(arg.type, at(instance.operands, index).type));
  return fits ? undefined : "has other operands than its function";
}

function inlineKernel(instance: Operation, func: Operation): void {
  const { attrs } = present(InstanceOp.match(instance), instance.name);
  const body = moveBody(at(func.regions, 0).block, (span) =>
    DataflowYieldOp.create({ operands: {}, attrs: {}, span }),
  );
  makeAccessesAffine(body);
  const kernel = KernelOp.create({
    operands: {},
    rest: instance.operands,
    attrs: { sym_name: attrs.name ?? attrs.callee, unit_pool: undefined },
    regions: [new Region(body)],
    span: func.span,
  });
  for (const [key, value] of Object.entries(func.attributes))
    if (key !== "sym_name" && key !== "function_type") kernel.setAttribute(key, value);
  present(instance.parent, "the schedule's block").insertBefore(kernel, instance);
  instance.erase();
  func.erase();
}
