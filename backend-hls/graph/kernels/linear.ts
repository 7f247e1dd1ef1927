import {
  affineSum,
  beatType,
  i8,
  i32,
  type Operation,
  present,
  QlinearOp,
  REQUEST_TYPE,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import { dot } from "../../accelerator/kernels/array-products.ts";
import { hold, isFirst, isLast, LaneShifter, nest } from "../../accelerator/nest.ts";
import { COUNT, type GraphScope, largest, type OpKind, operandsAt, USE } from "../graph-scope.ts";
import { Operand } from "../operand.ts";

/** Streams between memory, engine and rescaling. */
interface Wires {
  readonly requests: Value;
  readonly weights: Value;
  readonly sums: Value;
  readonly engine: Value;
  readonly rescale: Value;
  readonly done: Value;
  readonly most: { readonly channels: number; readonly beats: number; readonly groups: number };
}

/** `nn.qlinear`: one matrix engine for all of a function; the weights stream past it from memory, a beat a cycle. */
export const qlinearKind: OpKind = {
  names: [QlinearOp.name],
  streamed: [2],
  build: (scope, ops) => {
    const wires = makeWires(scope, ops);
    engineKernel(scope, ops, wires);
    rescaleKernel(scope, ops, wires);
    const { beatBytes, rowLanes } = scope.design;
    for (const op of ops) {
      const { base, shape, rowBytes } = present(
        scope.inputs.get(scope.resolve(present(op.operands[2], "w"))),
        "the matrix in memory",
      );
      const beats = (shape.rows * rowBytes) / beatBytes;
      scope.program.step({ after: [], sends: [{ to: wires.requests, fields: [{ offset: base }, beats] }] });
    }
    return (op, use) => {
      const { rows, width } = scope.tensor(op.result).shape;
      const q = scope.tensor(scope.resolve(present(op.operands[0], "q"))).shape;
      const groups = Math.ceil(rows / rowLanes);
      scope.program.step({
        after: [0, 1, 3].map((index) => scope.resolve(present(op.operands[index], "an operand"))),
        sends: [
          { to: wires.engine, fields: [use, width, Math.ceil(q.width / beatBytes), groups] },
          { to: wires.rescale, fields: [use, width, groups] },
        ],
        done: wires.done,
        results: op.results,
      });
    };
  },
};

function makeWires(scope: GraphScope, ops: readonly Operation[]): Wires {
  const {
    s,
    design: { beatBytes, rowLanes },
    maxBurst,
  } = scope;
  const wires = {
    requests: s.stream("weight_req", REQUEST_TYPE, ops.length),
    weights: s.stream("weight_data", beatType(beatBytes), 4 * maxBurst),
    sums: s.stream("sums", vectorType(rowLanes, i32), 4),
    engine: s.commands("matmul_cmd", [USE, COUNT, COUNT, COUNT]),
    rescale: s.commands("rescale_cmd", [USE, COUNT, COUNT]),
    done: s.tokens("linear_done", ops.length),
  };
  s.burstRead(
    "weight_burst",
    { memory: scope.memory, requests: wires.requests, data: wires.weights },
    maxBurst,
  );
  const results = ops.map((op) => scope.tensor(op.result));
  const inputs = operandsAt(scope, ops, 0).map((value) => scope.tensor(value));
  return {
    ...wires,
    most: {
      channels: largest(results, "width"),
      beats: Math.ceil(largest(inputs, "width") / beatBytes),
      groups: Math.ceil(largest(results, "rows") / rowLanes),
    },
  };
}

/** Exact sums of products: a beat of one output channel's weights times as many channels of `rowLanes` rows. */
function engineKernel(
  { s, design: { beatBytes, rowLanes }, ...scope }: GraphScope,
  ops: readonly Operation[],
  wires: Wires,
): void {
  const { channels, beats: mostBeats, groups: mostGroups } = wires.most;
  const q = new Operand(
    "q",
    operandsAt({ s, design: { beatBytes, rowLanes }, ...scope }, ops, 0).map((value) => scope.tensor(value)),
  );
  s.kernel({
    name: "matmul",
    command: wires.engine,
    fields: ["use", "channels", "beats", "groups"],
    connections: { ...q.connections, weights: wires.weights, sums: wires.sums },
    body: ({ b, port, field }) => {
      const use = { b, port, use: field.use };
      const held = b.array("beat", [], vectorType(beatBytes, i8), { storage: "reg" });
      const rows = mostGroups * rowLanes;
      const accumulators = b.array("accumulators", [rows], i32, { storage: rows === 1 ? "reg" : "lut" });
      const beats = { to: field.beats, max: mostBeats };
      nest(
        b,
        { n: { to: field.channels, max: channels }, k: beats, group: { to: field.groups, max: mostGroups } },
        ({ k, group }) => {
          const weights = b
            .lanes(hold(b, held, b.equals(group, 0), () => b.read(present(port.weights, "weights"))))
            .map((lane) => b.extsi(lane, 32));
          const totals = Array.from({ length: rowLanes }, (_, p) => {
            const row = affineSum([[group, rowLanes]], p);
            const inputs = weights.map((_weight, lane) =>
              b.extsi(
                q.load(use, () => [row, affineSum([[k, beatBytes]], lane)]),
                32,
              ),
            );
            const sum = dot(b, inputs, weights);
            const total = b.select(b.equals(k, 0), sum, b.addi(b.load(accumulators, row), sum));
            b.store(total, accumulators, row);
            return total;
          });
          b.when(isLast(b, k, beats), () => {
            b.write(present(port.sums, "sums"), b.vector(totals, i32));
          });
        },
      );
    },
  });
}

/** y = (sum * scale of the channel) * scale of the row. */
function rescaleKernel(scope: GraphScope, ops: readonly Operation[], wires: Wires): void {
  const { rowLanes } = scope.design;
  const tensorsAt = (index: number) => operandsAt(scope, ops, index).map((value) => scope.tensor(value));
  const [rowScales, channelScales, y] = [
    new Operand("s", tensorsAt(1)),
    new Operand("sw", tensorsAt(3)),
    new Operand(
      "y",
      ops.map((op) => scope.tensor(op.result)),
    ),
  ];
  scope.s.kernel({
    name: "rescale",
    command: wires.rescale,
    fields: ["use", "channels", "groups"],
    done: wires.done,
    connections: {
      ...rowScales.connections,
      ...channelScales.connections,
      ...y.connections,
      sums: wires.sums,
    },
    body: ({ b, port, field }) => {
      const use = { b, port, use: field.use };
      const shifter = new LaneShifter(b, "sum", rowLanes, i32);
      const bounds = {
        n: { to: field.channels, max: wires.most.channels },
        group: { to: field.groups, max: wires.most.groups },
        p: rowLanes,
      };
      nest(b, bounds, ({ n, group, p }) => {
        const sum = shifter.next(b, isFirst(b, p), () => b.lanes(b.read(present(port.sums, "sums"))));
        const row = affineSum([
          [group, rowLanes],
          [p, 1],
        ]);
        const scaled = b.mulf(
          b.toFloat(sum),
          channelScales.load(use, () => [n]),
        );
        y.store(
          use,
          () => [row, n],
          b.mulf(
            scaled,
            rowScales.load(use, () => [row]),
          ),
        );
      });
    },
  });
}
