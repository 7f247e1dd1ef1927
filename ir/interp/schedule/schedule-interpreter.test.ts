import { expect, test } from "vitest";
import type { Operation } from "../../core/operation.ts";
import {
  bundleType,
  f32,
  i8,
  i32,
  intType,
  memrefType,
  streamType,
  tokenType,
  vectorType,
} from "../../core/type.ts";
import { present } from "../../support/bug.ts";
import { requestType, scheduleOf } from "../testing/program.ts";
import { TOKEN } from "../values.ts";
import { ScheduleInterpreter, type ScheduleOptions } from "./schedule-interpreter.ts";

function start(schedule: Operation, options?: ScheduleOptions): ScheduleInterpreter {
  const made = ScheduleInterpreter.create(schedule, options);
  if (made.kind === "error")
    throw new Error(made.diagnostics.map((d) => `${d.code} ${d.message}`).join("\n"));
  return made.value;
}

function codeOf(outcome: ReturnType<ScheduleInterpreter["run"]>): string {
  return outcome.kind === "ok"
    ? outcome.value
    : `${present(outcome.diagnostics[0], "d").code} ${present(outcome.diagnostics[0], "d").message}`;
}

const i16 = intType(16);

test("the kernel of docs/dataflow.md", () => {
  const schedule = scheduleOf(
    [streamType(bundleType([i16, f32])), streamType(f32), streamType(f32), streamType(tokenType)],
    (p, ...outside) => {
      p.kernel("scale", outside, (cmd, input, output, end) => {
        const [n, factor] = p.command(present(cmd, "cmd"), i16, f32);
        p.loop(
          present(n, "n"),
          () => {
            const [x] = p.read(present(input, "in"), f32);
            p.write(
              present(output, "out"),
              p.op("arith.mulf", [present(x, "x"), present(factor, "factor")], f32),
            );
          },
          352,
        );
        p.done(present(end, "end"));
      });
    },
  );
  const machine = start(schedule);
  machine.push(0, [2, 3], [0, 1], [1, 0.5]);
  machine.push(1, 1, 2);
  expect(codeOf(machine.run())).toBe("waiting");
  const unfinished = machine.finish();
  expect(unfinished.kind === "error" && unfinished.diagnostics[0]?.code).toBe("IR0107");
  expect(unfinished.kind === "error" && unfinished.diagnostics[0]?.message).toContain(
    "@scale waits for an element of stream arg1",
  );
  machine.push(1, 8);
  expect(machine.finish().kind).toBe("ok");
  expect(machine.popAll(2)).toEqual([3, 6, 4]);
  expect(machine.popAll(3)).toEqual([TOKEN, TOKEN, TOKEN]);
});

/** Elements that go round between two kernels: one is sent in advance, or the first iteration sends it and wants it back. */
function ring(isStuck: boolean): Operation {
  return scheduleOf([streamType(i16)], (p, cmd) => {
    const [there, back, relay] = [
      p.stream("there", i32, 2),
      p.stream("back", i32, 2),
      p.stream("relay", i16, 1),
    ];
    p.kernel("a", [present(cmd, "cmd"), there, back, relay], (c, out, input, next) => {
      const [n] = p.command(present(c, "c"), i16);
      p.write(present(next, "next"), present(n, "n"));
      if (!isStuck) p.write(present(out, "out"), p.constant(1n, i32));
      p.loop(present(n, "n"), () => {
        p.write(present(out, "out"), p.constant(1n, i32));
        p.read(present(input, "in"), i32);
      });
      if (!isStuck) p.read(present(input, "in"), i32);
    });
    p.kernel("b", [relay, there, back], (c, input, out) => {
      const [n] = p.command(present(c, "c"), i16);
      const count = isStuck
        ? present(n, "n")
        : p.op("arith.addi", [present(n, "n"), p.constant(1n, i16)], i16);
      p.loop(count, () => {
        p.write(present(out, "out"), ...p.read(present(input, "in"), i32));
      });
    });
  });
}

test("an iteration issues as a whole, and a circle of waiting kernels is a deadlock that names who waits for what", () => {
  const fine = start(ring(false));
  fine.push(0, 5);
  expect(codeOf(fine.run())).toBe("idle");
  const stuck = start(ring(true));
  stuck.push(0, 5);
  expect(codeOf(stuck.run())).toBe(
    "IR0106 the network is stuck for ever: @a waits for an element of stream back, @b waits for an element of stream there",
  );
});

test("a stream has one reader and one writer", () => {
  const schedule = scheduleOf([streamType(i16), streamType(i16)], (p, a, b) => {
    const lost = p.stream("lost", i32, 1);
    for (const [name, cmd] of [
      ["x", a],
      ["y", b],
    ] as const) {
      p.kernel(name, [present(cmd, "cmd"), lost], (c, out) => {
        p.command(present(c, "c"), i16);
        p.write(present(out, "out"), p.constant(1n, i32));
      });
    }
  });
  const made = ScheduleInterpreter.create(schedule);
  expect(made.kind === "error" && made.diagnostics.map((d) => d.message)).toEqual([
    "stream lost is written by both @x and @y",
    "nobody reads stream lost",
  ]);
});

/** A producer that fills a buffer and a consumer that sums it, with or without waiting for the token. */
function handOver(isOrdered: boolean): Operation {
  return scheduleOf([streamType(i16), streamType(i16), streamType(i32)], (p, start1, start2, out) => {
    const array = p.buffer("shared", memrefType([8], i32));
    const ready = p.stream("ready", tokenType, 1);
    const relay = p.stream("relay", i32, 1);
    p.kernel("fill", [present(start1, "s"), array, ready, relay], (c, buffer, end, next) => {
      const [n] = p.command(present(c, "c"), i16);
      p.loop(8, (i) => {
        p.store(p.op("arith.extsi", [present(n, "n")], i32), present(buffer, "b"), i);
      });
      if (!isOrdered) p.write(present(next, "next"), p.constant(1n, i32));
      else p.write(present(next, "next"), p.constant(0n, i32));
      p.done(present(end, "end"));
    });
    p.kernel(
      "sum",
      [present(start2, "s"), array, ready, relay, present(out, "out")],
      (c, ...[buffer, end, next, result]) => {
        p.command(present(c, "c"), i16);
        p.read(present(next, "next"), i32);
        if (isOrdered) p.read(present(end, "end"));
        const acc = p.alloc(memrefType([], i32));
        p.store(p.constant(0n, i32), acc);
        p.loop(8, (i) => {
          p.store(p.op("arith.addi", [p.load(acc), p.load(present(buffer, "b"), i)], i32), acc);
        });
        if (!isOrdered) p.read(present(end, "end"));
        p.write(present(result, "result"), p.load(acc));
      },
    );
  });
}

test("a shared buffer needs a done token between store and load", () => {
  const good = start(handOver(true), { checkOrder: true });
  good.push(0, 5);
  good.push(1, 0);
  expect(codeOf(good.run())).toBe("idle");
  expect(good.pop(2)).toBe(40);
  expect(good.buffer("shared").read(3)).toBe(5);
  const bad = start(handOver(false), { checkOrder: true });
  bad.push(0, 5);
  bad.push(1, 0);
  expect(codeOf(bad.run())).toMatch(
    /^IR0108 @sum and @fill touch cell 0 \(row-major\) of shared: memref<8xi32>/,
  );
});

test("a second fill has to wait for the one who reads", () => {
  const machine = start(handOver(true), { checkOrder: true });
  machine.push(0, 5);
  machine.push(1, 0);
  machine.run();
  machine.pop(2); // the host knows that the sum was read
  machine.push(0, 6);
  machine.push(1, 0);
  expect(codeOf(machine.run())).toBe("idle");
  machine.push(0, 7); // now it does not
  expect(codeOf(machine.run())).toContain("IR0108 @fill and @sum touch cell 0");
});

const beat = vectorType(4, i8);

/** Copies bursts from one address to another: the host sends both requests. */
function copier(): Operation {
  return scheduleOf(
    [{ kind: "memory", bytes: 4 }, requestType, requestType, streamType(tokenType)],
    (p, memory, ...[from, to, done]) => {
      const data = p.stream("data", beat, 2);
      p.burstRead(present(memory, "m"), present(from, "from"), data);
      p.burstWrite(present(memory, "m"), present(to, "to"), data, present(done, "done"));
    },
  );
}

test("bursts copy external memory", () => {
  const memory = Uint8Array.from({ length: 32 }, (_, index) => index + 250);
  const machine = start(copier(), { memories: [memory], record: ["data"], checkOrder: true });
  machine.push(1, [4, 2], [0, 0]);
  machine.push(2, [16, 2], [0, 0]);
  expect(machine.finish().kind).toBe("ok");
  expect([...memory.subarray(16, 24)]).toEqual([...memory.subarray(4, 12)]);
  expect(machine.history("data")).toEqual([
    [-2, -1, 0, 1],
    [2, 3, 4, 5],
  ]);
  expect(machine.popAll(3)).toEqual([TOKEN, TOKEN]);
  machine.push(1, [28, 2]);
  expect(codeOf(machine.run())).toBe("IR0109 reader: 2 beats at byte address 28: the memory has 32 bytes");
});

test("reading what a burst still writes is an unordered access", () => {
  const machine = start(copier(), { memories: [new Uint8Array(64)], checkOrder: true });
  machine.push(1, [0, 2], [16, 1]);
  machine.push(2, [16, 2], [32, 1]);
  expect(codeOf(machine.run())).toMatch(
    /^IR0108 (reader and writer|writer and reader) touch byte address 1[6] of external memory/,
  );
});

test("a network that never rests is given up at the limit", () => {
  const schedule = scheduleOf([streamType(i16)], (p, seed) => {
    const [around, back] = [p.stream("around", i16, 1), p.stream("back", i16, 1)];
    p.kernel("first", [present(seed, "s"), around, back], (c, out, input) => {
      const [x] = p.command(present(c, "c"), i16);
      p.write(present(out, "o"), present(x, "x"));
      p.loop(1_000_000, () => {
        p.write(present(out, "o"), ...p.read(present(input, "i"), i16));
      });
    });
    p.kernel("second", [around, back], (c, out) => {
      p.write(present(out, "o"), ...p.command(present(c, "c"), i16));
    });
  });
  const machine = start(schedule, { limit: 1000 });
  machine.push(0, 1);
  expect(codeOf(machine.run())).toMatch(/^IR0111/);
});

test("kernels that wait for commands of each other are at rest, not in a deadlock", () => {
  const schedule = scheduleOf([], (p) => {
    const [there, back] = [p.stream("there", i16, 1), p.stream("back", i16, 1)];
    for (const [name, input, output] of [
      ["ping", back, there],
      ["pong", there, back],
    ] as const) {
      p.kernel(name, [input, output], (c, out) => {
        p.write(present(out, "o"), ...p.command(present(c, "c"), i16));
      });
    }
  });
  expect(codeOf(start(schedule).run())).toBe("idle");
});

test("a kernel has to take a command", () => {
  const schedule = scheduleOf([streamType(i32)], (p, out) => {
    p.kernel("mad", [present(out, "out")], (o) => {
      p.write(present(o, "o"), p.constant(1n, i32));
    });
  });
  const made = ScheduleInterpreter.create(schedule);
  expect(made.kind === "error" && made.diagnostics[0]).toMatchObject({
    code: "IR0110",
    message: "kernel @mad: it takes no command",
  });
});

test("beats of words are little endian, and what is pushed has to be of the type", () => {
  const words = vectorType(2, i32);
  const schedule = scheduleOf(
    [{ kind: "memory", bytes: 8 }, requestType, streamType(words)],
    (p, memory, from, to) => {
      p.burstRead(present(memory, "m"), present(from, "from"), present(to, "to"));
    },
  );
  const machine = start(schedule, {
    memories: [Uint8Array.from([1, 2, 0, 0, 255, 255, 255, 255, 0, 0, 0, 128, 7, 0, 0, 0])],
  });
  machine.push(1, [0, 2]);
  expect(codeOf(machine.run())).toBe("idle");
  expect(machine.popAll(2)).toEqual([
    [513, -1],
    [-(2 ** 31), 7],
  ]);
  expect(() => {
    machine.push(1, [2 ** 31, 1]);
  }).toThrow("2147483648,1 is no element of a !dataflow.stream<!dataflow.bundle<i32, i32>>");
  machine.push(1, [4, 1]);
  expect(codeOf(machine.run())).toContain("IR0109 reader: 1 beats at byte address 4: a beat has 8 bytes");
});
