import type { Block, Operation } from "../core/operation.ts";
import { CommandOp, KernelOp } from "../dialects/dataflow/ops.ts";
import { FuncOp } from "../dialects/func/ops.ts";
import { at, CompilerBug } from "../support/bug.ts";
import { fail, type Result } from "../support/result.ts";
import type { CellArray } from "./cells.ts";
import { malformedKernel } from "./diagnostics.ts";
import { Emitter } from "./emit/emitter.ts";
import { FUNCTION_EMITTERS, KERNEL_EMITTERS } from "./emit/table.ts";
import { catching } from "./fault.ts";
import type { AccessOrder, Shadow } from "./order.ts";
import type { Queue, Wait } from "./queue.ts";
import { RUNTIME } from "./runtime.ts";
import type { ElementValue } from "./values.ts";
import { WIDE_RUNTIME } from "./wide-runtime.ts";

/** The cells of a shared array, with the record of accesses to it where order is checked. */
export interface SharedCells {
  readonly cells: CellArray;
  readonly shadow: Shadow | undefined;
}

/** What a block argument of a kernel stands for. */
export type KernelConnection = Queue | SharedCells;

/** A process: runs until it has to wait, then says for what. */
export type Process = Generator<Wait, void, void>;

/** A kernel as JavaScript; each call makes a process with local arrays of its own. */
export type CompiledKernel = (
  connections: readonly KernelConnection[],
  order: AccessOrder | undefined,
) => Process;

/** An argument of a function: a scalar, a vector, or the cells of a memref. */
export type FunctionArgument = ElementValue | CellArray | Float64Array;

/** A function as JavaScript; a fault (a subscript out of bounds) is an error. */
export type CompiledFunction = (...args: readonly FunctionArgument[]) => Result<readonly ElementValue[]>;

/** Compiles a `dataflow.kernel`. With `checkOrder` it tells an `AccessOrder` of what it touches. */
export function compileKernel(
  kernel: Operation,
  options: { readonly checkOrder: boolean; readonly recordPlaces?: boolean },
): Result<CompiledKernel> {
  const name = KernelOp.match(kernel)?.attrs.sym_name;
  if (name === undefined) throw new CompilerBug(`${kernel.name} is no kernel`);
  const body = at(kernel.regions, 0).block;
  if (body.ops.find((op) => CommandOp.match(op) !== undefined) === undefined) {
    return fail(malformedKernel(kernel.span, { kernel: `@${name}`, reason: "it takes no command" }));
  }
  return catching(() => {
    const emitter = new Emitter({ table: KERNEL_EMITTERS, ...options });
    bindConnections(body, emitter);
    emitter.emitBlock(body);
    const lines = [
      "return function* (C, O) {",
      ...emitter.prelude,
      "for (;;) {",
      ...emitter.lines,
      "}",
      "};",
    ];
    return instantiate(lines, emitter) as CompiledKernel; // what the text above says
  });
}

/**
 * Compiles a `func.func` without streams; its local arrays start at zero in every call. With `floats: "f64"` arithmetic
 * on floats is that of f64, and arrays of floats that come in are Float64Array.
 */
export function compileFunction(
  func: Operation,
  { floats = "f32" }: { readonly floats?: "f32" | "f64" } = {},
): Result<CompiledFunction> {
  if (FuncOp.match(func) === undefined) throw new CompilerBug(`${func.name} is no function`);
  const body = at(func.regions, 0).block;
  return catching(() => {
    const emitter = new Emitter({ table: FUNCTION_EMITTERS, checkOrder: false });
    const names = body.args.map((arg) => {
      const name = emitter.fresh("a");
      emitter.alias(arg, name);
      return name;
    });
    emitter.emitBlock(body);
    const lines = [`return function (${names.join(", ")}) {`, ...emitter.prelude, ...emitter.lines, "};"];
    const run = instantiate(lines, emitter, floats === "f64" ? WIDE_RUNTIME : RUNTIME) as (
      ...args: readonly FunctionArgument[]
    ) => readonly ElementValue[]; // as above
    return (...args) => catching(() => run(...args));
  });
}

function bindConnections(body: Block, emitter: Emitter): void {
  body.args.forEach((arg, index) => {
    const name = emitter.fresh("c");
    emitter.alias(arg, name);
    const isShared = arg.type.kind === "memref";
    emitter.prelude.push(`const ${name} = C[${String(index)}]${isShared ? ".cells" : ""};`);
    if (!isShared || !emitter.options.checkOrder) return;
    emitter.shadows.set(arg, `${name}s`);
    emitter.prelude.push(`const ${name}s = C[${String(index)}].shadow;`);
  });
}

/** Generated code sees the run-time functions by name, hoisted objects as K and its operations as S. */
function instantiate(lines: readonly string[], emitter: Emitter, runtime = RUNTIME): unknown {
  const names = Object.keys(runtime);
  const text = [`"use strict";`, `const { ${names.join(", ")} } = R;`, ...lines].join("\n");
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text comes from the emitters alone
  const make = new Function("R", "K", "S", text) as (...args: readonly unknown[]) => unknown; // its parameters are these three
  return make(runtime, emitter.constants, emitter.sites);
}
