import { expect, test } from "vitest";
import {
  at,
  bundleType,
  f32,
  i16,
  indexType,
  ScheduleBuilder,
  streamType,
  tokenType,
} from "../../ir/index.ts";
import { createOperatorLibrary } from "../library/operator-library.ts";
import { planNetwork } from "../network/plan-network.ts";

/** First cycles of a kernel that touches a cell which a float product chooses, and gives a token right away. */
function cyclesOf(
  touched: "load" | "store",
  token: "write" | "done",
): Readonly<Record<"touch" | "token", number>> {
  const s = new ScheduleBuilder("tokens", [
    { name: "command", type: streamType(bundleType([i16])) },
    { name: "xs", type: streamType(f32) },
    { name: "ys", type: streamType(f32) },
    { name: "free", type: streamType(tokenType) },
    { name: "ended", type: streamType(tokenType) },
  ]);
  s.kernel({
    name: "k",
    command: s.outside(0),
    fields: ["n"],
    connections: {
      xs: s.outside(1),
      ys: s.outside(2),
      free: s.outside(3),
      cells: s.buffer("cells", [64], f32, "block"),
    },
    ...(token === "done" ? { done: s.outside(4) } : {}),
    body: ({ b, port, field }) => {
      b.loop("i", { to: field.n, maxTrip: 8 }, (i) => {
        const x = b.read(port.xs);
        const place = b.indexCast(b.andi(b.toInt(b.mulf(x, b.float(3)), 16), b.int(63, 16)), indexType);
        if (touched === "load") b.write(port.ys, b.load(port.cells, place));
        else b.store(x, port.cells, place);
        if (token === "done") return;
        b.when(b.equals(i, 0), () => {
          b.write(port.free);
        });
      });
    },
  });
  const plan = planNetwork(s.finish(), createOperatorLibrary("xcup", 250), "optimized");
  if (plan.kind === "error") throw new Error(JSON.stringify(plan.diagnostics));
  const { graph, schedule } = at(plan.value.kernels, 0).scheduled;
  const isToken = (stream: number): boolean => at(graph.streams, stream).width === 0;
  const cycle = (kind: string): number => {
    const node = graph.nodes.find(
      ({ op }) => op.kind === kind && (op.kind !== "write" || isToken(op.stream)),
    );
    return at(schedule.start, node?.id ?? -1);
  };
  return { touch: cycle(touched), token: cycle(token) };
}

test.each([
  ["load", "write"],
  ["load", "done"],
  ["store", "write"],
  ["store", "done"],
] as const)("a %s of a shared array comes before the token of a %s behind it", (touched, token) => {
  const cycles = cyclesOf(touched, token);
  expect(cycles.touch).toBeGreaterThan(1);
  expect(cycles.token).toBeGreaterThanOrEqual(cycles.touch);
});
