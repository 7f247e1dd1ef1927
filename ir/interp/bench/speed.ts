// How fast the interpreters of levels 3 and 4 are: `node ir/interp/bench/speed.ts`.
import type { Operation, Value } from "../../core/operation.ts";
import { f32, i8, i32, intType, memrefType, streamType, type Type, vectorType } from "../../core/type.ts";
import { at } from "../../support/bug.ts";
import { compileFunction, type FunctionArgument } from "../compile.ts";
import { ScheduleInterpreter } from "../schedule/schedule-interpreter.ts";
import { functionOf, type Program, scheduleOf } from "../testing/program.ts";

const i16 = intType(16);

function report(name: string, operations: number, seconds: number): void {
  console.log(`${name.padEnd(44)} ${(operations / seconds / 1e6).toFixed(0).padStart(6)} M operations/s`);
}

function timeFunction(
  name: string,
  func: Operation,
  args: readonly FunctionArgument[],
  operations: number,
): void {
  const compiled = compileFunction(func);
  if (compiled.kind === "error") throw new Error(compiled.diagnostics[0]?.message);
  compiled.value(...args);
  const start = performance.now();
  for (let round = 0; round < 5; round++) compiled.value(...args);
  report(name, 5 * operations, (performance.now() - start) / 1000);
}

const SIZE = 1000;

function accumulate(p: Program, type: Type, zero: Value, body: (acc: Value) => void): void {
  const acc = p.alloc(memrefType([], type.kind === "float" ? f32 : i32));
  p.store(zero, acc);
  body(acc);
}

const matvec = functionOf(
  [memrefType([SIZE, SIZE], i8), memrefType([SIZE], i8), memrefType([SIZE], i32)],
  (p, m, v, out) => {
    p.loop(SIZE, (row) => {
      accumulate(p, i32, p.constant(0n, i32), (acc) => {
        p.loop(SIZE, (column) => {
          const a = p.op("arith.extsi", [p.load(m, row, column)], i32);
          const b = p.op("arith.extsi", [p.load(v, column)], i32);
          p.store(p.op("arith.addi", [p.load(acc), p.op("arith.muli", [a, b], i32)], i32), acc);
        });
        p.store(p.load(acc), out, row);
      });
    });
    return [];
  },
);
timeFunction(
  "int8 matrix-vector (8 ops per MAC)",
  matvec,
  [new Int8Array(SIZE * SIZE).fill(3), new Int8Array(SIZE).fill(-5), new Int32Array(SIZE)],
  8 * SIZE * SIZE,
);

const floats = functionOf([memrefType([SIZE], f32), memrefType([SIZE], f32)], (p, x, y) => {
  p.loop(SIZE, () => {
    p.loop(SIZE, (i) => {
      const a = p.load(x, i);
      p.store(p.op("arith.addf", [p.op("arith.mulf", [a, p.float(0.75)], f32), p.load(y, i)], f32), y, i);
    });
  });
  return [];
});
timeFunction(
  "float multiply, add, 2 loads, 1 store",
  floats,
  [new Float32Array(SIZE).fill(1.5), new Float32Array(SIZE)],
  5 * SIZE * SIZE,
);

const exps = functionOf([memrefType([SIZE], f32)], (p, x) => {
  p.loop(SIZE, () => {
    p.loop(SIZE, (i) => {
      p.store(p.op("fx.exp", [p.load(x, i)], f32), x, i);
    });
  });
  return [];
});
timeFunction("float exp, 1 load, 1 store", exps, [new Float32Array(SIZE).fill(0.3)], 3 * SIZE * SIZE);

const LANES = 16;
const beat = vectorType(LANES, i8);

/** A relay, then a kernel that multiplies and adds 16 lanes per beat; queues of depth 4. */
const stream = scheduleOf(
  [streamType(i16), streamType(i16), streamType(beat), streamType(i32)],
  (p, ...args) => {
    const middle = p.stream("middle", beat, 4);
    p.kernel("relay", [at(args, 0), at(args, 2), middle], (...a) => {
      p.loop(at(p.command(at(a, 0), i16), 0), () => {
        p.write(at(a, 2), ...p.read(at(a, 1), beat));
      });
    });
    p.kernel("dot", [at(args, 1), middle, at(args, 3)], (...a) => {
      const n = at(p.command(at(a, 0), i16), 0);
      accumulate(p, i32, p.constant(0n, i32), (acc) => {
        p.loop(n, () => {
          const x = at(p.read(at(a, 1), beat), 0);
          let sum = p.load(acc);
          for (let lane = 0; lane < LANES; lane++) {
            const position = {
              static_position: { kind: "array", elements: [{ kind: "int", value: BigInt(lane), type: i32 }] },
            } as const;
            const wide = p.op("arith.extsi", [p.op("vector.extract", [x], i8, position)], i32);
            sum = p.op("arith.addi", [sum, p.op("arith.muli", [wide, wide], i32)], i32);
          }
          p.store(sum, acc);
        });
        p.write(at(a, 2), p.load(acc));
      });
    });
  },
);

function timeStream(checkOrder: boolean): void {
  const made = ScheduleInterpreter.create(stream, { checkOrder });
  if (made.kind === "error") throw new Error(made.diagnostics[0]?.message);
  const element = Array.from({ length: LANES }, (_, lane) => lane - 8);
  const beats = 30_000;
  const feed = (): void => {
    made.value.push(0, beats);
    made.value.push(1, beats);
    for (let index = 0; index < beats; index++) made.value.push(2, element);
  };
  let seconds = 0;
  for (let round = 0; round < 20; round++) {
    feed();
    const start = performance.now();
    const end = made.value.finish();
    if (end.kind === "error") throw new Error(end.diagnostics[0]?.message);
    if (round > 3) seconds += performance.now() - start;
  }
  const total = 16 * beats;
  report(
    `16-lane dot product over a stream${checkOrder ? ", order checked" : ""}`,
    total * (4 * LANES + 3),
    seconds / 1000,
  );
  console.log(
    `${"".padEnd(44)} ${(total / seconds / 1e3).toFixed(1).padStart(6)} M beats/s through two kernels`,
  );
}
timeStream(false);
timeStream(true);
