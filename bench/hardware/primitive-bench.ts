import {
  createOperatorLibrary,
  type PipelinedPrimitive,
  pipelinedPrimitive,
} from "../../backend-hls/index.ts";
import {
  at,
  decodeScalar,
  encodeScalar,
  FLOAT_PRIMITIVES,
  type FloatPrimitive,
  type FloatPrimitiveName,
  HwBuilder,
  type Operation,
  type Result,
  scalarWidth,
} from "../../ir/index.ts";
import type { HwSimulator } from "../../sim/index.ts";

/** Every primitive, in the order of their table. */
export const PRIMITIVE_NAMES = Object.keys(FLOAT_PRIMITIVES) as readonly FloatPrimitiveName[]; // the keys are the names

/** A primitive with a table of operands before it and one of results behind it: a vector every cycle, no host between. */
export interface PrimitiveBench {
  readonly name: FloatPrimitiveName;
  readonly top: string;
  readonly modules: readonly Operation[];
  readonly depth: number;
  readonly latency: number;
}

const OPERAND_BITS = 64;
const EXTRA_CYCLES = 4;

/** The bench of a primitive for `depth` (a power of two) vectors at a time. */
export function primitiveBench(name: FloatPrimitiveName, depth: number): PrimitiveBench {
  const primitive = pipelinedPrimitive(createOperatorLibrary("xcup", 250), name);
  const latency = primitive.characteristics.latencyCycles;
  const module = selfDriving(primitive, depth, latency);
  return { name, top: `${name}_bench`, modules: [primitive.module, module], depth, latency };
}

function selfDriving(primitive: PipelinedPrimitive, depth: number, latency: number): Operation {
  const { operands, result } = definition(primitive.name);
  const bits = Math.log2(depth);
  const b = new HwBuilder(`${primitive.name}_bench`, [
    { name: "clk", width: "clock" },
    { name: "rst", width: 1 },
  ]);
  const count = b.feedback(bits + 2, { name: "count", reset: 0n });
  count.drive(b.add(count.value, b.constant(1, bits + 2)));
  const vectors = b.memory({ name: "vectors", depth, width: OPERAND_BITS * operands.length, readLatency: 1 });
  const word = b.readPort(vectors, b.extract(count.value, 0, bits));
  const clk = { clk: b.input("clk") };
  const inputs = operands.map(
    (type, index) => [`a${String(index)}`, b.extract(word, OPERAND_BITS * index, scalarWidth(type))] as const,
  );
  const outputs = b.instance(primitive.module, "dut", { ...clk, ...Object.fromEntries(inputs) });
  const place = b.sub(count.value, b.constant(latency + 1, bits + 2));
  const results = b.memory({ name: "results", depth, width: scalarWidth(result), readLatency: 0 });
  b.writePort(results, b.extract(place, 0, bits), {
    enable: b.icmp("ult", place, b.constant(depth, bits + 2)),
    data: at(Object.values(outputs), 0),
  });
  b.output("last", b.readPort(results, b.constant(depth - 1, bits)));
  return b.finish();
}

function definition(name: FloatPrimitiveName): FloatPrimitive {
  return FLOAT_PRIMITIVES[name];
}

/** Runs operand words (`depth` vectors) through the hardware; the result words. */
async function runVectors(
  { name, depth, latency }: PrimitiveBench,
  simulator: HwSimulator,
  vectors: readonly (readonly number[])[],
): Promise<readonly number[]> {
  const { operands, result } = definition(name);
  const bytes = new DataView(new ArrayBuffer(depth * operands.length * (OPERAND_BITS / 8)));
  vectors.forEach((words, index) => {
    words.forEach((word, operand) => {
      bytes.setBigUint64((index * operands.length + operand) * (OPERAND_BITS / 8), BigInt(word), true);
    });
  });
  await simulator.writeMemory("vectors", 0, new Uint8Array(bytes.buffer));
  simulator.poke("rst", 1n);
  await simulator.run(1);
  simulator.poke("rst", 0n);
  await simulator.run(depth + latency + EXTRA_CYCLES);
  const size = Math.ceil(scalarWidth(result) / 8);
  const out = await simulator.readMemory("results", 0, depth * size);
  return vectors.map((_, index) =>
    [...out.subarray(index * size, (index + 1) * size)].reduceRight((word, byte) => word * 256 + byte, 0),
  );
}

/** Where operands come from. */
export type VectorSource = (types: FloatPrimitive["operands"]) => readonly number[];

/** Runs `rounds` tables of vectors; texts of the differences from `evaluate`, at most ten, and how many vectors ran. */
export async function compareWithHardware(
  bench: PrimitiveBench,
  simulator: HwSimulator,
  rounds: number,
  next: VectorSource,
): Promise<{ readonly vectors: number; readonly mismatches: number; readonly shown: readonly string[] }> {
  const { operands, result, evaluate } = definition(bench.name);
  const shown: string[] = [];
  let mismatches = 0;
  for (let round = 0; round < rounds; round += 1) {
    const vectors = Array.from({ length: bench.depth }, () => next(operands));
    const words = await runVectors(bench, simulator, vectors);
    vectors.forEach((vector, index) => {
      const wanted =
        encodeScalar(
          result,
          evaluate(...operands.map((type, operand) => decodeScalar(type, vector[operand] ?? 0))),
        ) >>> 0;
      if (words[index] === wanted) return;
      mismatches += 1;
      if (shown.length < 10)
        shown.push(
          `${bench.name}(${vector.map((word) => word.toString(16)).join(", ")}) = ${String(words[index]?.toString(16))}, expected ${wanted.toString(16)}`,
        );
    });
  }
  return { vectors: rounds * bench.depth, mismatches, shown };
}

/** The value, or the first message as an error. */
export function built<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(result.diagnostics[0]?.message);
  return result.value;
}
