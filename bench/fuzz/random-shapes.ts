import {
  affineSum,
  bundleType,
  f32,
  i16,
  i32,
  type LoopBuilder,
  ScheduleBuilder,
  type StreamElement,
  streamType,
  tokenType,
  type Value,
} from "../../ir/index.ts";
import { Choices } from "./choices.ts";
import type { RandomProgram } from "./random-program.ts";

/** The host pushes and takes without a pause. */
function promptly(
  inputs: Readonly<Record<string, readonly StreamElement[]>>,
): Pick<RandomProgram, "inputs" | "ready"> {
  return {
    inputs: new Map(
      Object.entries(inputs).map(([name, elements]) => [name, { elements, dues: elements.map(() => 0) }]),
    ),
    ready: (1n << 64n) - 1n,
  };
}

function device(c: Choices): Pick<RandomProgram, "mode" | "family" | "clockMhz"> {
  return {
    mode: c.chance(85) ? "optimized" : "sequential",
    family: c.pick(["xc7", "xcup"]),
    clockMhz: c.pick([100, 150, 200, 250, 300]),
  };
}

/** A chain of float operations, so that a result is late. */
function late(c: Choices, b: LoopBuilder, value: Value, length: number): Value {
  let last = value;
  for (let k = 0; k < length; k++)
    last = c.chance(50)
      ? b.addf(last, b.float(c.between(1, 5) / 2))
      : b.mulf(last, b.float(c.between(1, 3) / 2));
  return last;
}

/** A value after each array has added what it holds a few cells away and taken the sum. */
function throughArrays(
  {
    c,
    b,
    arrays,
    trips,
  }: {
    readonly c: Choices;
    readonly b: LoopBuilder;
    readonly arrays: readonly Value[];
    readonly trips: number;
  },
  start: Value,
  [i, j]: readonly [Value, Value | undefined],
): Value {
  let value = start;
  for (const array of arrays) {
    const [from, to] = [c.between(0, trips + 3), c.between(0, trips + 3)];
    const place = (offset: number): ReturnType<typeof affineSum> =>
      affineSum(
        j !== undefined && c.chance(40)
          ? [
              [i, 1],
              [j, 1],
            ]
          : [[i, 1]],
        offset,
      );
    const old = b.load(array, place(from));
    value = b.addf(value, late(c, b, old, c.below(3)));
    b.store(late(c, b, value, c.below(2)), array, place(to));
    if (c.chance(30)) value = b.addf(value, b.load(array, c.below(trips)));
  }
  return value;
}

/**
 * One kernel and many short commands close behind each other: arrays that are read a few cells away from where they are
 * written, so that commands meet in the pipeline although iterations of one command do not.
 */
export function commandsProgram(seed: number): RandomProgram {
  const c = new Choices(seed);
  const s = new ScheduleBuilder(`commands${String(seed)}`, [
    { name: "c", type: streamType(bundleType([i16, f32])) },
    { name: "xs", type: streamType(f32) },
    { name: "ys", type: streamType(f32) },
    { name: "d", type: streamType(tokenType) },
  ]);
  const trips = c.between(2, 7);
  const symbolic = c.chance(60);
  const inner = c.pick([0, 0, 2, 3]);
  s.kernel({
    name: "k",
    command: s.outside(0),
    fields: ["n", "scale"],
    done: s.outside(3),
    connections: { xs: s.outside(1), ys: s.outside(2) },
    body: ({ b, port, field }) => {
      const arrays = Array.from({ length: c.between(1, 2) }, (_, index) =>
        b.array(
          `a${String(index)}`,
          [2 * trips + 8],
          f32,
          c.chance(50) ? { storage: c.pick(["lut", "block"]) } : {},
        ),
      );
      const iteration = (i: Value, j: Value | undefined): void => {
        const scaled = b.mulf(b.read(port.xs), field.scale);
        b.write(port.ys, throughArrays({ c, b, arrays, trips }, scaled, [i, j]));
      };
      b.loop("i", symbolic ? { to: field.n, maxTrip: trips } : { to: trips }, (i) => {
        if (inner === 0) iteration(i, undefined);
        else
          b.loop("j", { to: inner }, (j) => {
            iteration(i, j);
          });
      });
    },
  });
  const commands = Array.from(
    { length: c.between(3, 9) },
    (): StreamElement => [c.chance(15) ? 0 : c.between(1, trips), c.between(-8, 8) / 2],
  );
  const xs = Array.from(
    { length: commands.length * trips * Math.max(1, inner) },
    () => c.between(-16, 16) / 4,
  );
  return { schedule: s.finish(), ...promptly({ c: commands, xs }), ...device(c) };
}

interface SharedArray {
  readonly use: Value;
  readonly buffer: Value;
  readonly size: number;
}

function addFiller(
  s: ScheduleBuilder,
  c: Choices,
  { fill, use, buffer, size }: SharedArray & { readonly fill: Value },
): void {
  s.kernel({
    name: "filler",
    command: fill,
    fields: ["n", "value"],
    done: use,
    connections: { buffer },
    body: ({ b, port, field }) => {
      b.loop("i", { to: field.n, maxTrip: size }, (i) => {
        const old = c.chance(50) ? b.load(port.buffer, i) : b.int(c.between(0, 5));
        const next = b.addi(b.muli(old, b.int(c.pick([3, 5]))), b.xori(field.value, b.indexCast(i, i32)));
        b.store(next, port.buffer, i);
      });
    },
  });
}

function addUser(
  s: ScheduleBuilder,
  c: Choices,
  { use, used, buffer, size }: SharedArray & { readonly used: Value },
): void {
  s.kernel({
    name: "user",
    command: use,
    fields: [],
    done: used,
    connections: { buffer, ys: s.outside(1) },
    body: ({ b, port }) => {
      const sum = b.array("sum", [], i32);
      b.loop("i", { to: size }, (i) => {
        const word = b.load(port.buffer, i);
        const total = b.addi(b.load(sum), word);
        b.store(total, sum);
        if (c.chance(50)) b.write(port.ys, total);
        else
          b.when(b.cmpi("ne", i, b.index(c.below(size))), () => {
            b.write(port.ys, word);
          });
      });
    },
  });
}

/**
 * A sequencer gives commands to a kernel that fills a shared array; the end of that one is the command of a kernel that
 * reads the array, and its end lets the sequencer go on. Guarded reads and writes of tokens, arrays used again and again.
 */
export function tokensProgram(seed: number): RandomProgram {
  const c = new Choices(seed);
  const rounds = c.between(2, 6);
  const size = c.pick([1, 2, 5, 8, 16]);
  const s = new ScheduleBuilder(`tokens${String(seed)}`, [
    { name: "c", type: streamType(bundleType([i32])) },
    { name: "ys", type: streamType(i32) },
    { name: "d", type: streamType(tokenType) },
  ]);
  const fill = s.commands("fill", [i16, i32], c.between(1, 3));
  const use = s.tokens("use", c.between(1, 3));
  const used = s.tokens("used", c.between(1, 3));
  const buffer = s.buffer("shared", [size], i32, c.pick([undefined, "lut", "block", "reg"] as const));
  s.kernel({
    name: "sequencer",
    command: s.outside(0),
    fields: ["base"],
    done: s.outside(2),
    connections: { fill, used },
    body: ({ b, port, field }) => {
      b.loop("round", { to: rounds + 1 }, (round) => {
        b.when(b.cmpi("sgt", round, b.index(0)), () => {
          b.readFields(port.used);
        });
        const value = b.addi(field.base, b.muli(b.indexCast(round, i32), b.int(c.between(-9, 9))));
        const count = b.andi(b.trunci(value, 16), b.int(c.pick([3, 7, 15]), 16));
        b.when(b.cmpi("slt", round, b.index(rounds)), () => {
          b.write(port.fill, b.minsi(count, b.int(size, 16)), value);
        });
      });
    },
  });
  addFiller(s, c, { fill, use, buffer, size });
  addUser(s, c, { use, used, buffer, size });
  const commands = Array.from({ length: c.between(1, 4) }, (): StreamElement => [c.between(-1000, 1000)]);
  return {
    schedule: s.finish(),
    ...promptly({ c: commands }),
    ...device(c),
    ready: c.chance(50) ? (1n << 64n) - 1n : c.wide(64) | 1n,
  };
}
