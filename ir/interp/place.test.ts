import { expect, test } from "vitest";
import { i16, streamType } from "../core/type.ts";
import { present } from "../support/bug.ts";
import { ScheduleInterpreter } from "./schedule/schedule-interpreter.ts";
import { scheduleOf } from "./testing/program.ts";

/** `outer` sends the command n, n times; `inner` writes as many elements as each command says. */
function nested(): ScheduleInterpreter {
  const schedule = scheduleOf([streamType(i16), streamType(i16)], (p, start, out) => {
    const commands = p.stream("commands", i16, 2);
    p.kernel("outer", [present(start, "start"), commands], (input, output) => {
      const [n] = p.command(present(input, "input"), i16);
      p.loop(present(n, "n"), () => {
        p.write(present(output, "output"), present(n, "n"));
      });
    });
    const middle = p.stream("middle", i16, 2);
    p.kernel("inner", [commands, middle], (input, output) => {
      const [n] = p.command(present(input, "input"), i16);
      p.loop(present(n, "n"), () => {
        p.loop(2, () => {
          p.write(present(output, "output"), present(n, "n"));
        });
      });
    });
    p.kernel("last", [middle, present(out, "out")], (input, output) => {
      const [n] = p.command(present(input, "input"), i16);
      p.write(present(output, "output"), present(n, "n"));
    });
  });
  const made = ScheduleInterpreter.create(schedule, {
    record: ["commands", "middle"],
    recordPlaces: true,
  });
  if (made.kind === "error") throw new Error(made.diagnostics[0]?.message);
  return made.value;
}

test("an element is followed to the command and the counters that it was written at, and so on up", () => {
  const machine = nested();
  machine.push(0, 1, 3);
  machine.finish();
  expect(machine.history("middle")).toHaveLength(2 + 3 * 6);
  const chain = machine.provenance("middle", 2 + 6 + 3); // the second command of n = 3, its fourth element
  const told = chain.map(({ stream, process, element, command, loops }) => [
    ...[stream, process, element, command],
    loops.map(({ value }) => value),
  ]);
  expect(told).toEqual([
    ["middle", "@inner", 11, 2, [1, 1]],
    ["commands", "@outer", 2, 1, [1]],
  ]);
  expect(chain.map(({ op }) => op.name)).toEqual(["dataflow.write", "dataflow.write"]);
});

test("what is forgotten has no place, and later elements keep their numbers", () => {
  const machine = nested();
  machine.push(0, 2);
  machine.finish();
  machine.forget();
  machine.push(0, 1);
  machine.finish();
  expect(machine.history("middle")).toEqual([1, 1]);
  expect(machine.provenance("middle", 3)).toEqual([]);
  expect(machine.provenance("middle", 9)).toMatchObject([
    { element: 9, command: 2 },
    { element: 2, command: 1 },
  ]);
});
