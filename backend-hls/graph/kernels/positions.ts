import { ArgmaxOp, EmbeddingOp, i32, type Operation, present, RopeOp } from "../../../ir/index.ts";
import { orderedKey } from "../../accelerator/kernels/choose.ts";
import { asIndex, isLast, nest, register } from "../../accelerator/nest.ts";
import { COUNT, type GraphScope, largest, type OpKind, operandsAt, USE } from "../graph-scope.ts";
import { Operand, type Tensor } from "../operand.ts";
import { makeLoader, rowBeats } from "./load.ts";

function tensorsAt(scope: GraphScope, ops: readonly Operation[], index: number): readonly Tensor[] {
  return operandsAt(scope, ops, index).map((value) => scope.tensor(value));
}

/** `nn.rope`: both halves of a head one after the other. */
export const ropeKind: OpKind = {
  names: [RopeOp.name],
  build: (scope, ops) => {
    const { s, program } = scope;
    const results = ops.map((op) => scope.tensor(op.result));
    const angles = tensorsAt(scope, ops, 1);
    const [x, cos, sin, out] = [
      new Operand("x", tensorsAt(scope, ops, 0)),
      new Operand("cos", angles),
      new Operand("sin", tensorsAt(scope, ops, 2)),
      new Operand("out", results),
    ];
    const command = s.commands("rope_cmd", [USE, COUNT, COUNT, COUNT]);
    const done = s.tokens("rope_done", ops.length);
    const halfOf = (op: Operation): number =>
      scope.tensor(scope.resolve(present(op.operands[1], "cos"))).shape.width;
    const heads = (op: Operation): number => scope.tensor(op.result).shape.width / (2 * halfOf(op));
    s.kernel({
      name: "rope",
      command,
      fields: ["use", "rows", "heads", "half"],
      done,
      connections: { ...x.connections, ...cos.connections, ...sin.connections, ...out.connections },
      body: ({ b, port, field }) => {
        const use = { b, port, use: field.use };
        const bounds = {
          row: { to: field.rows, max: largest(results, "rows") },
          head: { to: field.heads, max: Math.max(...ops.map(heads)) },
          side: 2,
          j: { to: field.half, max: largest(angles, "width") },
        };
        nest(b, bounds, ({ row, head, side, j }) => {
          const half = asIndex(b, field.half);
          const isSecond = b.equals(side, 1);
          const low = b.addi(b.muli(b.addi(head, head), half), j);
          const high = b.addi(low, half);
          const [first, second] = [x.load(use, () => [row, low]), x.load(use, () => [row, high])];
          const own = b.mulf(
            b.select(isSecond, second, first),
            cos.load(use, () => [row, j]),
          );
          const other = b.mulf(
            b.select(isSecond, first, second),
            sin.load(use, () => [row, j]),
          );
          const place = b.select(isSecond, high, low);
          out.store(use, () => [row, place], b.addf(own, b.select(isSecond, other, b.negf(other))));
        });
      },
    });
    return (op, use) => {
      const { rows } = scope.tensor(op.result).shape;
      const after = op.operands.map((operand) => scope.resolve(operand));
      program.step({
        after,
        sends: [{ to: command, fields: [use, rows, heads(op), halfOf(op)] }],
        done,
        results: op.results,
      });
    };
  },
};

/** `nn.argmax`: the lowest index of the largest element of each row. */
export const argmaxKind: OpKind = {
  names: [ArgmaxOp.name],
  build: (scope, ops) => {
    const { s, program } = scope;
    const inputs = tensorsAt(scope, ops, 0);
    const [x, out] = [
      new Operand("x", inputs),
      new Operand(
        "out",
        ops.map((op) => scope.tensor(op.result)),
      ),
    ];
    const command = s.commands("argmax_cmd", [USE, COUNT, COUNT]);
    const done = s.tokens("argmax_done", ops.length);
    s.kernel({
      name: "argmax",
      command,
      fields: ["use", "rows", "width"],
      done,
      connections: { ...x.connections, ...out.connections },
      body: ({ b, port, field }) => {
        const use = { b, port, use: field.use };
        const [bestKey, bestIndex] = [register(b, "key", i32), register(b, "index", i32)];
        const width = { to: field.width, max: largest(inputs, "width") };
        nest(b, { row: { to: field.rows, max: largest(inputs, "rows") }, i: width }, ({ row, i }) => {
          const key = orderedKey(
            b,
            x.load(use, () => [row, i]),
          );
          const before = b.load(bestKey);
          const isBetter = b.ori(b.equals(i, 0), b.cmpi("sgt", key, before));
          const index = b.select(isBetter, b.indexCast(i, i32), b.load(bestIndex));
          b.store(b.select(isBetter, key, before), bestKey);
          b.store(index, bestIndex);
          b.when(isLast(b, i, width), () => {
            out.store(use, () => [row], index);
          });
        });
      },
    });
    return (op, use) => {
      const value = scope.resolve(present(op.operands[0], "x"));
      const { rows, width } = scope.tensor(value).shape;
      program.step({
        after: [value],
        sends: [{ to: command, fields: [use, rows, width] }],
        done,
        results: op.results,
      });
    };
  },
};

/** `nn.embedding`: a burst for each row of the table, which stays in memory. */
export const embeddingKind: OpKind = {
  names: [EmbeddingOp.name],
  streamed: [0],
  build: (scope, ops) => {
    const {
      s,
      program,
      design: { beatBytes },
    } = scope;
    const results = ops.map((op) => scope.tensor(op.result));
    const loader = makeLoader(scope, "fetch_rows", results, ops.length);
    const ids = new Operand("ids", tensorsAt(scope, ops, 1));
    const command = s.commands("lookup_cmd", [USE, COUNT, COUNT, COUNT, COUNT]);
    s.kernel({
      name: "lookup",
      command,
      fields: ["use", "rows", "table", "rowBytes", "beats"],
      connections: { ...ids.connections, requests: loader.requests },
      body: ({ b, port, field }) => {
        nest(b, { row: { to: field.rows, max: largest(results, "rows") } }, ({ row }) => {
          const id = ids.load({ b, port, use: field.use }, () => [row]);
          b.write(
            present(port.requests, "requests"),
            b.addi(field.table, b.muli(id, field.rowBytes)),
            field.beats,
          );
        });
      },
    });
    return (op, use) => {
      const { base, rowBytes } = present(
        scope.inputs.get(scope.resolve(present(op.operands[0], "table"))),
        "the table in memory",
      );
      const tensor = scope.tensor(op.result);
      const beats = rowBeats(tensor, beatBytes);
      const { rows } = tensor.shape;
      program.step({
        after: [scope.resolve(present(op.operands[1], "ids"))],
        sends: [
          { to: command, fields: [use, rows, { offset: base }, rowBytes, beats] },
          { to: loader.commands, fields: [use, rows, beats] },
        ],
        done: loader.done,
        results: op.results,
      });
    };
  },
};
