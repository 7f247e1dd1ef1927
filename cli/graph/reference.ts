import { type GraphMemory, isLoopFunction, regionsOf } from "../../backend-hls/index.ts";
import {
  at,
  type CellArray,
  compileFunction,
  type ElementValue,
  FuncOp,
  GraphInterpreter,
  graphTensor,
  ok,
  present,
  type Result,
  type TensorData,
} from "../../ir/index.ts";
import type { GraphFile } from "./read-graph.ts";

/** What a graph gives for these arguments: by the graph interpreter, or its loops run one after the other. */
export function reference(
  { module }: Pick<GraphFile, "module">,
  name: string,
  memory: GraphMemory,
  inputs: readonly TensorData[],
): Result<readonly TensorData[]> {
  if (isLoopFunction(module, name)) return runLoops({ module }, name, memory, inputs);
  const values = regionsOf(memory, "argument").map((region, index) =>
    graphTensor(region.type, at(inputs, index)),
  );
  const answer = new GraphInterpreter(module).call(name, values);
  if (answer.kind === "error") return answer;
  return ok(answer.value.flatMap((value) => (value.kind === "tensor" ? [value.data] : [])));
}

function runLoops(
  { module }: Pick<GraphFile, "module">,
  name: string,
  memory: GraphMemory,
  inputs: readonly TensorData[],
): Result<readonly TensorData[]> {
  const func = [...module.walk()].find((op) => FuncOp.match(op)?.attrs.sym_name === name);
  const run = compileFunction(present(func, `@${name}`));
  if (run.kind === "error") return run;
  const answer = run.value(...inputs.map((data) => data.slice()));
  if (answer.kind === "error") return answer;
  return ok(
    regionsOf(memory, "result").map((region, index) => {
      const value: ElementValue | CellArray = at(answer.value, index);
      return regionData(region.shape, value);
    }),
  );
}

/** A returned array as what memory holds of it; one of rank 0 is a variable of the interpreter. */
function regionData(
  {
    element,
    width,
  }: { readonly element: { readonly kind: string; readonly width?: number }; readonly width: number },
  value: ElementValue | CellArray,
): TensorData {
  const cells = typeof value === "object" ? Array.from(value, Number) : [Number(value)];
  const numbers = cells.slice(0, width);
  if (element.kind === "float") return Float32Array.from(numbers);
  return element.width === 8 ? Int8Array.from(numbers) : Int32Array.from(numbers);
}
