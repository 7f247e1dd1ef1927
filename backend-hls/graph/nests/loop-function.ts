import {
  AffineForOp,
  AffineLoadOp,
  AffineStoreOp,
  ALL_OPS,
  at,
  type Diagnostic,
  FuncOp,
  fail,
  globalCells,
  MemRefAllocOp,
  MemRefGetGlobalOp,
  MemRefGlobalOp,
  type Operation,
  ok,
  present,
  type Result,
  ReturnOp,
  type TensorData,
  type Value,
} from "../../../ir/index.ts";
import { functionMissing, graphUnsupported, nothingReturned } from "../diagnostics.ts";
import { memrefOf } from "./array-type.ts";

/** A part of a function that becomes one kernel: a nest of loops, or operations outside of any. */
export interface Nest {
  readonly ops: readonly Operation[];
  /** Arrays of the function, in the order of first access. */
  readonly reads: readonly Value[];
  readonly writes: readonly Value[];
  /** Of those, cells without subscripts that no other nest touches: scalars of this nest. */
  readonly wires: readonly Value[];
}

/** A function of affine loops over arrays (level 4, as one sequential program). */
export interface LoopFunction {
  readonly func: Operation;
  readonly args: readonly Value[];
  readonly constants: readonly { readonly value: Value; readonly name: string; readonly data: TensorData }[];
  /** Arrays of the function's own. */
  readonly locals: readonly Value[];
  /** In the order of the program. */
  readonly nests: readonly Nest[];
  readonly returned: readonly Value[];
}

/** Whether a function is one of loops over arrays: it takes or returns memrefs. */
export function isLoopFunction(module: Operation, name: string): boolean {
  const type = functionsOf(module).find((func) => func.attrs.sym_name === name)?.attrs.function_type;
  return type?.kind === "function" && [...type.inputs, ...type.results].some(({ kind }) => kind === "memref");
}

function functionsOf(module: Operation) {
  return at(module.regions, 0).block.ops.flatMap((op) => FuncOp.match(op) ?? []);
}

/** Splits a function into what becomes one kernel each. */
export function splitFunction(module: Operation, name: string): Result<LoopFunction> {
  const functions = functionsOf(module);
  const func = functions.find(({ attrs }) => attrs.sym_name === name)?.op;
  if (func === undefined)
    return fail(functionMissing(module.span, { name, known: functions.map(({ attrs }) => attrs.sym_name) }));
  const { block } = at(func.regions, 0);
  const returned = present(block.last, "a return").operands;
  const nests = nestsOf(block.ops, returned);
  const problems = [
    ...(returned.length === 0 && writtenArguments(block.args, nests).length === 0
      ? [nothingReturned(func.span, { name })]
      : []),
    ...interfaceProblems(func, [...block.args, ...returned]),
    ...nests.flatMap(scalarProblems),
  ];
  if (problems.length > 0) return fail(...problems);
  return ok({
    func,
    args: block.args,
    constants: block.ops.flatMap((op) => constantOf(module, op)),
    locals: block.ops.flatMap((op) => (op.name === MemRefAllocOp.name ? [op.result] : [])),
    nests,
    returned,
  });
}

/** The arguments that some nest writes to. */
export function writtenArguments(args: readonly Value[], nests: readonly Nest[]): readonly Value[] {
  const written = new Set(nests.flatMap(({ writes }) => writes));
  return args.filter((arg) => written.has(arg));
}

/** What makes no kernel of its own, beside scalars that are the same in every run. */
const DECLARATIONS: ReadonlySet<string> = new Set([
  MemRefAllocOp.name,
  MemRefGetGlobalOp.name,
  ReturnOp.name,
]);

/** Whether every run has the same result: a constant, or arithmetic on such. Each nest that wants it computes it. */
export function isRunConstant(op: Operation | undefined): boolean {
  if (op === undefined || op.regions.length > 0) return false;
  const isPure = ALL_OPS.get(op.name)?.spec.traits.includes("pure") ?? false;
  return isPure && op.operands.every(({ producer }) => isRunConstant(producer));
}

/** Function-level cells without subscripts that only this nest touches. */
function wiresOf(
  nest: Pick<Nest, "reads" | "writes">,
  nests: readonly Pick<Nest, "reads" | "writes">[],
  returned: readonly Value[],
): readonly Value[] {
  const others = nests
    .filter((other) => other !== nest)
    .flatMap(({ reads, writes }) => [...reads, ...writes]);
  return [...new Set([...nest.reads, ...nest.writes])].filter(
    (array) =>
      array.producer?.name === MemRefAllocOp.name &&
      memrefOf(array).shape.length === 0 &&
      ![...others, ...returned].includes(array),
  );
}

function nestsOf(ops: readonly Operation[], returned: readonly Value[]): readonly Nest[] {
  const groups: Operation[][] = [];
  let straight: Operation[] | undefined;
  for (const op of ops) {
    if (DECLARATIONS.has(op.name) || isRunConstant(op)) continue;
    if (op.name === AffineForOp.name) {
      groups.push([op]);
      straight = undefined;
    } else if (straight === undefined) {
      straight = [op];
      groups.push(straight);
    } else straight.push(op);
  }
  const found = groups.map((group) => {
    const inside = group.flatMap((op) => [...op.walk()]);
    const [reads, writes] = [new Set<Value>(), new Set<Value>()];
    for (const op of inside) {
      const load = AffineLoadOp.match(op);
      if (load !== undefined) reads.add(load.operands.memref);
      const store = AffineStoreOp.match(op);
      if (store !== undefined) writes.add(store.operands.memref);
    }
    return { ops: group, reads: [...reads], writes: [...writes] };
  });
  return found.map((nest) => ({ ...nest, wires: wiresOf(nest, found, returned) }));
}

/** Only arrays and constants may go from one nest to another. */
function scalarProblems({ ops }: Nest): readonly Diagnostic[] {
  const own = new Set(ops);
  return ops.flatMap((op) => {
    const leaves = op.results.some(({ uses }) => uses.some(({ user }) => !own.has(topOf(user))));
    return leaves
      ? [graphUnsupported(op.span, { op: op.name, reason: "its result is used by another nest" })]
      : [];
  });
}

/** The operation of the function's body that an operation is in. */
function topOf(op: Operation): Operation {
  const outer = op.parent?.parent?.parent;
  return outer === undefined || outer.name === FuncOp.name ? op : topOf(outer);
}

function interfaceProblems(func: Operation, values: readonly Value[]): readonly Diagnostic[] {
  return values.flatMap(({ type }) => {
    const reason = interfaceProblem(type);
    return reason === undefined ? [] : [graphUnsupported(func.span, { op: func.name, reason })];
  });
}

function interfaceProblem(type: Value["type"]): string | undefined {
  if (type.kind !== "memref") return `an argument or result is a ${type.kind}; they are arrays`;
  const { element } = type;
  const known =
    (element.kind === "float" && element.format !== "f64") ||
    (element.kind === "int" && (element.width === 8 || element.width === 32));
  if (!known) return "arguments, results and constant arrays hold f32, bf16, f16, i8 or i32";
  return type.shape.includes(0) ? "an argument or result has no elements" : undefined;
}

function constantOf(module: Operation, op: Operation): LoopFunction["constants"] {
  const name = MemRefGetGlobalOp.match(op)?.attrs.name;
  if (name === undefined) return [];
  const global = at(module.regions, 0)
    .block.ops.map((each) => MemRefGlobalOp.match(each))
    .find((each) => each?.attrs.sym_name === name);
  const { values } = present(global, `@${name}`).attrs.initial_value;
  const data = globalCells(memrefOf(op.result), values);
  return [{ value: op.result, name, data: data as TensorData }]; // floats, i8 or i32: what tensors hold
}
