import fc from "fast-check";
import { expect, test } from "vitest";
import type { Operation, Value } from "../../core/operation.ts";
import { i1, i32, i64, intType, memrefType, streamType } from "../../core/type.ts";
import { at, present } from "../../support/bug.ts";
import { type Program, scheduleOf } from "../testing/program.ts";
import { ScheduleInterpreter, type ScheduleOptions } from "./schedule-interpreter.ts";

const i16 = intType(16);
const ELEMENTS = 12;

/** One stage of a chain. It reads and writes `a` in every iteration, `b` only where the masked counter is 0. */
interface Stage {
  readonly depthA: number;
  readonly depthB: number;
  readonly readMask: number;
  readonly writeMask: number;
  readonly readsBFirst: boolean;
  readonly writesBFirst: boolean;
}

const mask = fc.constantFrom(0, 1, 1, 1, 3);
const stage: fc.Arbitrary<Stage> = fc.record({
  depthA: fc.integer({ min: 1, max: 4 }),
  depthB: fc.integer({ min: 1, max: 4 }),
  readMask: mask,
  writeMask: mask,
  readsBFirst: fc.boolean(),
  writesBFirst: fc.boolean(),
});

function emitStage(p: Program, name: string, connections: readonly Value[], config: Stage): void {
  p.kernel(name, connections, (...args) => {
    const [inA, inB, outA, outB] = [at(args, 1), at(args, 2), at(args, 3), at(args, 4)];
    const [n] = p.command(at(args, 0), i16);
    const sum = p.alloc(memrefType([], i32));
    const add = (stream: Value): void => {
      const [x] = p.read(stream, i32);
      p.store(
        p.op(
          "arith.addi",
          [p.op("arith.muli", [p.load(sum), p.constant(31n, i32)], i32), present(x, "x")],
          i32,
        ),
        sum,
      );
    };
    p.loop(present(n, "n"), (i) => {
      const counter = p.op("arith.index_cast", [i], i32);
      const guard = (bits: number): Value =>
        p.op(
          "arith.cmpi",
          [p.op("arith.andi", [counter, p.constant(BigInt(bits), i32)], i32), p.constant(0n, i32)],
          i1,
          { predicate: { kind: "int", value: 0n, type: i64 } },
        );
      const parts = [
        (): void => {
          add(inA);
        },
        (): void => {
          p.when(guard(config.readMask), () => {
            add(inB);
          });
        },
      ];
      for (const part of config.readsBFirst ? parts.reverse() : parts) part();
      const ends = [
        (): void => {
          p.write(outA, p.load(sum));
        },
        (): void => {
          p.when(guard(config.writeMask), () => {
            p.write(outB, p.load(sum));
          });
        },
      ];
      for (const part of config.writesBFirst ? ends.reverse() : ends) part();
    });
  });
}

/** Arguments: a command stream per stage, then the inputs a and b, then the outputs a and b. */
function chain(stages: readonly Stage[]): Operation {
  const count = stages.length;
  return scheduleOf(
    [...stages.map(() => streamType(i16)), ...Array.from({ length: 4 }, () => streamType(i32))],
    (p, ...args) => {
      let inputs = [at(args, count), at(args, count + 1)];
      stages.forEach((config, index) => {
        const outputs =
          index === count - 1
            ? [at(args, count + 2), at(args, count + 3)]
            : [
                p.stream(`a${String(index)}`, i32, config.depthA),
                p.stream(`b${String(index)}`, i32, config.depthB),
              ];
        emitStage(p, `k${String(index)}`, [at(args, index), ...inputs, ...outputs], config);
        inputs = outputs;
      });
    },
  );
}

/** How the network ends and all that it wrote. */
function outcome(schedule: Operation, count: number, options: ScheduleOptions): unknown {
  const made = ScheduleInterpreter.create(schedule, options);
  if (made.kind === "error") throw new Error(made.diagnostics[0]?.message);
  const machine = made.value;
  for (let index = 0; index < count; index++) machine.push(index, ELEMENTS);
  for (let element = 0; element < ELEMENTS; element++) {
    machine.push(count, element * 7);
    machine.push(count + 1, element - 5);
  }
  const state = machine.run();
  return {
    end: state.kind === "ok" ? state.value : state.diagnostics[0],
    a: machine.popAll(count + 2),
    b: machine.popAll(count + 3),
  };
}

/** A deterministic stream of choices. */
function choices(seed: number): (count: number) => number {
  let state = seed | 1;
  return (count) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) % count;
  };
}

test("streams and standstills do not depend on the order in which kernels run", () => {
  const ends = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(stage, { minLength: 2, maxLength: 6 }), fc.integer(), (stages, seed) => {
      const schedule = chain(stages);
      const wanted = outcome(schedule, stages.length, {});
      expect(outcome(schedule, stages.length, { pick: choices(seed) })).toEqual(wanted);
      expect(outcome(schedule, stages.length, { pick: choices(seed + 2), checkOrder: true })).toEqual(wanted);
      const { end } = wanted as { readonly end: unknown }; // made by outcome
      const kind = typeof end === "string" ? end : "deadlock";
      ends.set(kind, (ends.get(kind) ?? 0) + 1);
    }),
    { seed: 5, numRuns: 150 },
  );
  expect([...ends.keys()].sort()).toEqual(["deadlock", "idle", "waiting"]); // all three were met
});
