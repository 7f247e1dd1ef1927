import type { Block, Operation, Value } from "../../core/operation.ts";
import { printType } from "../../core/type.ts";
import { DataflowYieldOp, DispatchOp, TaskOp } from "../../dialects/dataflow/ops.ts";
import { FuncOp, ReturnOp } from "../../dialects/func/ops.ts";
import { LayersOp, NnYieldOp, WeightOp } from "../../dialects/nn/ops.ts";
import { at, CompilerBug, present } from "../../support/bug.ts";
import { fail, type Result } from "../../support/result.ts";
import { cannotExecute } from "../diagnostics.ts";
import { catching, InterpreterFault } from "../fault.ts";
import type { StepContext, WeightSource } from "./context.ts";
import { missingWeight, unknownFunction, wrongInput } from "./diagnostics.ts";
import { EVALUATORS } from "./evaluators.ts";
import { KvState } from "./kv-state.ts";
import { dataFits, type GraphValue, graphTensor, valueFits } from "./tensor.ts";

/** Called with every operation of `nn` and its results after it ran: comparison of levels, first divergence. */
export type GraphObserver = (
  op: Operation,
  results: readonly GraphValue[],
  layer: number | undefined,
) => void;

/** What a program runs with. */
export interface GraphOptions {
  /** The weights that the program names; none by default. */
  readonly weights?: WeightSource;
  /** Caches from earlier steps, changed by the run; fresh by default. */
  readonly state?: KvState;
  readonly observe?: GraphObserver;
}

/** Executes levels 1 and 2 of a verified module: `nn` operations, and the tasks that they were grouped into. */
export class GraphInterpreter {
  readonly state: KvState;
  readonly #functions: ReadonlyMap<string, Operation>;
  readonly #module: Operation;
  readonly #weights: WeightSource;
  readonly #observe: GraphObserver | undefined;

  constructor(module: Operation, options: GraphOptions = {}) {
    this.#module = module;
    this.#weights = options.weights ?? (() => undefined);
    this.state = options.state ?? new KvState();
    this.#observe = options.observe;
    this.#functions = new Map(
      module.regions
        .flatMap(({ blocks }) => blocks)
        .flatMap(({ ops }) => ops)
        .flatMap((op) => {
          const view = FuncOp.match(op);
          return view === undefined ? [] : [[view.attrs.sym_name, op] as const];
        }),
    );
  }

  /** Runs one function; the results are fresh values. Wrong inputs, missing weights and bad positions are diagnostics. */
  call(name: string, inputs: readonly GraphValue[]): Result<readonly GraphValue[]> {
    const found = this.#functions.get(name);
    if (found === undefined)
      return fail(unknownFunction(this.#module.span, { name, known: [...this.#functions.keys()] }));
    const { block } = at(found.regions, 0);
    for (let index = 0; index < Math.max(inputs.length, block.args.length); index++) {
      const [arg, input] = [block.args[index], inputs[index]];
      if (arg !== undefined && input !== undefined && valueFits(arg.type, input)) continue;
      return fail(
        wrongInput(found.span, {
          name,
          index,
          actual: describe(input),
          wanted: arg === undefined ? `${String(block.args.length)} inputs` : printType(arg.type),
        }),
      );
    }
    return catching(() => this.#run(block, inputs, new Map(), undefined));
  }

  #run(
    block: Block,
    args: readonly GraphValue[],
    values: Map<Value, GraphValue>,
    layer: number | undefined,
  ): readonly GraphValue[] {
    block.args.forEach((arg, index) => {
      values.set(arg, at(args, index));
    });
    for (const op of block.ops) {
      const inputs = op.operands.map((operand) => present(values.get(operand), `an operand of ${op.name}`));
      if (TERMINATORS.has(op.name)) return inputs;
      const results = this.#execute(op, inputs, values, layer);
      op.results.forEach((result, index) => {
        values.set(result, at(results, index));
      });
    }
    throw new CompilerBug("a block has no terminator");
  }

  #execute(
    op: Operation,
    inputs: readonly GraphValue[],
    values: Map<Value, GraphValue>,
    layer: number | undefined,
  ): readonly GraphValue[] {
    if (op.name === DispatchOp.name || op.name === TaskOp.name)
      return this.#run(at(op.regions, 0).block, [], values, layer);
    const layers = LayersOp.match(op);
    if (layers !== undefined) return this.#runLayers(op, layers.attrs.count, inputs, values);
    const weight = WeightOp.match(op);
    if (weight !== undefined) return [this.#weight(op, weight.attrs.name, layer)];
    const results = this.#evaluate(op, inputs, { weights: this.#weights, state: this.state, layer });
    this.#observe?.(op, results, layer);
    return results;
  }

  #runLayers(
    op: Operation,
    count: number,
    inputs: readonly GraphValue[],
    values: Map<Value, GraphValue>,
  ): readonly GraphValue[] {
    let carried = inputs;
    for (let layer = 0; layer < count; layer++)
      carried = this.#run(at(op.regions, 0).block, carried, values, layer);
    return carried;
  }

  #weight(op: Operation, name: string, layer: number | undefined): GraphValue {
    const { type } = op.result;
    const data = this.#weights(name, layer);
    if (type.kind === "tensor" && data !== undefined && dataFits(type, data)) return graphTensor(type, data);
    const actual =
      data === undefined ? "missing" : `${String(data.length)} elements of ${data.constructor.name}`;
    throw new InterpreterFault(missingWeight(op.span, { name, layer, actual, wanted: printType(type) }));
  }

  #evaluate(op: Operation, inputs: readonly GraphValue[], context: StepContext): readonly GraphValue[] {
    const evaluator = EVALUATORS.get(op.name);
    if (evaluator === undefined)
      throw new InterpreterFault(
        cannotExecute(op.span, { op: op.name, reason: "it is not an operation of levels 1 and 2" }),
      );
    const tensors = [...evaluator(op, inputs, context)].reverse();
    return op.results.map(({ type }) =>
      type.kind === "token"
        ? { kind: "token" }
        : graphTensor(type, present(tensors.pop(), `a result of ${op.name}`)),
    );
  }
}

const TERMINATORS: ReadonlySet<string> = new Set([ReturnOp.name, NnYieldOp.name, DataflowYieldOp.name]);

function describe(value: GraphValue | undefined): string {
  if (value === undefined) return "missing";
  return value.kind === "token"
    ? "a token"
    : `${printType(value.type)} with ${String(value.data.length)} elements`;
}
