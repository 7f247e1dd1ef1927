import {
  type GraphMemory,
  isLoopFunction,
  outputsOf,
  regionsOf,
  type TensorRegion,
} from "../../backend-hls/index.ts";
import {
  at,
  type CellArray,
  compileFunction,
  type ElementValue,
  FuncOp,
  GraphInterpreter,
  graphTensor,
  mayReassociate,
  type Operation,
  ok,
  present,
  type Result,
  type TensorData,
} from "../../ir/index.ts";
import type { GraphFile } from "./read-graph.ts";

type Program = Pick<GraphFile, "module" | "functionName">;

/** What a graph gives for these arguments: by the graph interpreter, or its loops run one after the other. */
export function reference(
  program: Program,
  memory: GraphMemory,
  inputs: readonly TensorData[],
): Result<readonly TensorData[]> {
  const { module, functionName } = program;
  if (isLoopFunction(module, functionName)) {
    const arrays = runLoops(program, memory, { inputs, floats: "f32" });
    if (arrays.kind === "error") return arrays;
    return ok(outputsOf(memory).map(({ shape }, index) => regionData(shape, at(arrays.value, index))));
  }
  const values = regionsOf(memory, "argument").map((region, index) =>
    graphTensor(region.type, at(inputs, index)),
  );
  const answer = new GraphInterpreter(module).call(functionName, values);
  if (answer.kind === "error") return answer;
  return ok(answer.value.flatMap((value) => (value.kind === "tensor" ? [value.data] : [])));
}

/** The same loops with the arithmetic of f64, where sums of the function may be reassociated; undefined elsewhere. */
export function wideReference(
  program: Program,
  memory: GraphMemory,
  inputs: readonly TensorData[],
): Result<readonly (readonly number[])[]> | undefined {
  if (![...functionOf(program).walk()].some(mayReassociate)) return undefined;
  return runLoops(program, memory, { inputs, floats: "f64" });
}

function functionOf({ module, functionName }: Program): Operation {
  const func = [...module.walk()].find((op) => FuncOp.match(op)?.attrs.sym_name === functionName);
  return present(func, `@${functionName}`);
}

/** What the outputs hold after the loops; the inputs stay as they are. */
function runLoops(
  program: Program,
  memory: GraphMemory,
  { inputs, floats }: { readonly inputs: readonly TensorData[]; readonly floats: "f32" | "f64" },
): Result<readonly (readonly number[])[]> {
  const run = compileFunction(functionOf(program), { floats });
  if (run.kind === "error") return run;
  const copies = inputs.map((data) =>
    floats === "f64" && data instanceof Float32Array ? Float64Array.from(data) : data.slice(),
  );
  const answer = run.value(...copies);
  if (answer.kind === "error") return answer;
  const written = regionsOf(memory, "argument").flatMap(({ isWritten }, index) =>
    isWritten === true ? [at(copies, index)] : [],
  );
  const values: readonly (ElementValue | CellArray | Float64Array)[] = [...written, ...answer.value];
  return ok(
    outputsOf(memory).map(({ shape: { width } }, index) => {
      const value = at(values, index); // a returned array of rank 0 is a variable of the interpreter
      const cells = typeof value === "object" ? Array.from(value, Number) : [Number(value)];
      return cells.slice(0, width);
    }),
  );
}

/** Numbers as what memory holds of them. */
function regionData({ element }: TensorRegion["shape"], numbers: readonly number[]): TensorData {
  if (element.kind === "float") return Float32Array.from(numbers);
  return element.kind === "int" && element.width === 8 ? Int8Array.from(numbers) : Int32Array.from(numbers);
}
