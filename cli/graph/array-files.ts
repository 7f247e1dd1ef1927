import { writeFileSync } from "node:fs";
import { type GraphMemory, outputsOf, regionsOf, type TensorRegion } from "../../backend-hls/index.ts";
import {
  at,
  builtSpan,
  fail,
  ok,
  printType,
  type Result,
  roundToFormat,
  type TensorData,
} from "../../ir/index.ts";
import { outputUnwritable } from "../build-folder/diagnostics.ts";
import { wrongArray } from "../npz/diagnostics.ts";
import { type NumpyArrays, readNpz, writeNpz } from "../npz/npz.ts";

/** The arrays of a .npz as the arguments of a graph, by name or `arg0`, …. */
export function readInputs(memory: GraphMemory, path: string): Result<readonly TensorData[]> {
  const arrays = readNpz(path);
  if (arrays.kind === "error") return arrays;
  const values: TensorData[] = [];
  for (const [index, region] of regionsOf(memory, "argument").entries()) {
    if (startsEmpty(region)) {
      values.push(emptyArray(region));
      continue;
    }
    const array = arrays.value.get(region.name) ?? arrays.value.get(`arg${index}`);
    const wanted = `${region.name}: ${printType(region.type)}`;
    const {
      type,
      shape: { element },
    } = region;
    const dims = type.kind === "tensor" ? type.shape.map(Number) : [];
    if (array?.shape.join() !== dims.join() || array.data.constructor !== classOf(element))
      return fail(
        wrongArray(builtSpan(path), {
          name: region.name,
          wanted,
          actual:
            array === undefined ? "missing" : `${array.shape.join("x")} of ${array.data.constructor.name}`,
        }),
      );
    const { data } = array;
    values.push(data instanceof Float32Array ? data.map((value) => roundToFormat(element, value)) : data);
  }
  return ok(values);
}

function classOf(element: TensorRegion["shape"]["element"]) {
  if (element.kind === "float") return Float32Array;
  return element.kind === "int" && element.width === 8 ? Int8Array : Int32Array;
}

/** Whether an argument is only sent: nobody brings what it holds at the start. */
export function startsEmpty({ interface: kind, isWritten }: TensorRegion): boolean {
  return kind === "axis" && isWritten === true;
}

/** What such an argument holds at the start. */
export function emptyArray({ shape }: TensorRegion): TensorData {
  return new (classOf(shape.element))(shape.rows * shape.width);
}

/** Writes what a run leaves behind as a .npz: arguments that it writes to under their names, results as ret0, …. */
export function writeResults(
  memory: GraphMemory,
  results: readonly TensorData[],
  path: string,
): Result<void> {
  const arrays: NumpyArrays = new Map(
    outputsOf(memory).map(({ name, type }, index) => [
      name,
      { shape: type.kind === "tensor" ? type.shape.map(Number) : [], data: at(results, index) },
    ]),
  );
  try {
    writeFileSync(path, writeNpz(arrays));
    return ok(undefined);
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    return fail(outputUnwritable(builtSpan(path), { reason: error.message }));
  }
}
