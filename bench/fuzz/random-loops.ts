import {
  createOperatorLibrary,
  encodeArguments,
  type Interfaces,
  lowerGraph,
  regionsOf,
  storeTensor,
} from "../../backend-hls/index.ts";
import { optimizeLoops } from "../../dse/index.ts";
import {
  compileFunction,
  type Diagnostic,
  FuncOp,
  fail,
  type Operation,
  ok,
  parseModule,
  present,
  type Result,
  randomLoopProgram,
  type TensorData,
} from "../../ir/index.ts";
import { Choices } from "./choices.ts";
import { randomMemory } from "./random-memory.ts";
import type { RandomProgram } from "./random-program.ts";

const NAME = "f";

/**
 * A function of random affine loops (triangular, strided, stencils, reductions, guards) with its loops chosen within random float
 * units, as hardware with a random memory. What it should leave in memory is what the function does, run as it was written.
 */
export function loopsProgram(seed: number): Result<RandomProgram> {
  const c = new Choices(seed);
  const parsed = parseModule(text(seed), "random.mlir");
  if (parsed.kind === "error") return parsed;
  const family = c.pick(["xc7", "xcup"] as const);
  const clockMhz = c.pick([100, 150, 200, 250, 300]);
  const macs = c.pick([1, 1, 1, 2, 2, 3, 5, 8]);
  const mode = c.chance(76) ? "optimized" : c.pick(["pipelined", "sequential"] as const);
  const library = createOperatorLibrary(family, clockMhz);
  const limits = { mul: macs, add: macs, sub: macs, div: 1, sqrt: 1 };
  const chosen = optimizeLoops(parsed.value, NAME, { library, limits, schedule: mode });
  if (chosen.kind === "error") return chosen;
  const beatBytes = c.pick([8, 16, 32]);
  const interfaces: Interfaces = c.chance(50) ? {} : { A: "ram", X: "ram" };
  const nestsTakeTurns = c.chance(70);
  const lowered = lowerGraph(chosen.value.module, NAME, {
    beatBytes,
    rowLanes: 1,
    interfaces,
    nestsTakeTurns,
  });
  if (lowered.kind === "error") return lowered;
  const { schedule, memory } = lowered.value;
  const inputs = regionsOf(memory, "argument").map(({ shape: { width } }) =>
    Float32Array.from({ length: width }, () => (c.bits() / 2 ** 31 - 1) * 2 ** (c.below(7) - 3)),
  );
  const image = new Uint8Array(2 ** 17);
  image.set(encodeArguments(memory, inputs));
  const cells = inputs.map((data) => data.slice());
  const problems = runAsWritten(parsed.value, cells);
  if (problems.length > 0) return fail(...problems);
  const wanted = image.slice();
  regionsOf(memory, "argument").forEach((region, index) => {
    if (region.isWritten === true) storeTensor(wanted, region, present(cells[index], "an array"));
  });
  const start = Object.keys(interfaces).length > 0 ? [0, 0] : [0];
  return ok({
    schedule,
    inputs: new Map([["start", { elements: [start], dues: [0] }]]),
    ready: (1n << 64n) - 1n,
    mode,
    family,
    clockMhz,
    memory: { parameters: randomMemory(c, beatBytes), image, wanted },
  });
}

/** The generator's program with its scalar argument as a constant: arguments of hardware are arrays. */
function text(seed: number): string {
  return randomLoopProgram(seed, { nests: 1, trips: 3 })
    .replace(", %alpha: f32)", ")")
    .replace("\n", "\n%alpha = arith.constant 0.75 : f32\n");
}

/** Runs the loops one after the other, in place. */
function runAsWritten(module: Operation, cells: readonly TensorData[]): readonly Diagnostic[] {
  const func = [...module.walk()].find((op) => FuncOp.match(op) !== undefined);
  const run = compileFunction(present(func, `@${NAME}`));
  if (run.kind === "error") return run.diagnostics;
  const answer = run.value(...cells);
  return answer.kind === "error" ? answer.diagnostics : [];
}
