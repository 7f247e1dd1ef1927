import {
  type LoopBuilder,
  NnAddOp,
  type Operation,
  SiluMulOp,
  SplitOp,
  type Value,
} from "../../../ir/index.ts";
import { asIndex, nest } from "../../accelerator/nest.ts";
import { COUNT, type GraphScope, largest, type OpKind, operandsAt, USE } from "../graph-scope.ts";
import { Operand } from "../operand.ts";

/** Operations on two tensors of one shape, an element a cycle. */
function pairwise(op: string, name: string, combine: (b: LoopBuilder, x: Value, y: Value) => Value): OpKind {
  return {
    names: [op],
    build: (scope, ops) => {
      const { s, program } = scope;
      const command = s.commands(`${name}_cmd`, [USE, COUNT, COUNT]);
      const done = s.tokens(`${name}_done`, ops.length);
      const tensorsAt = (index: number) => operandsAt(scope, ops, index).map((value) => scope.tensor(value));
      const results = ops.map((each) => scope.tensor(each.result));
      const [x, y, out] = [
        new Operand("x", tensorsAt(0)),
        new Operand("y", tensorsAt(1)),
        new Operand("out", results),
      ];
      s.kernel({
        name,
        command,
        fields: ["use", "rows", "width"],
        done,
        connections: { ...x.connections, ...y.connections, ...out.connections },
        body: ({ b, port, field }) => {
          const use = { b, port, use: field.use };
          const bounds = {
            row: { to: field.rows, max: largest(results, "rows") },
            i: { to: field.width, max: largest(results, "width") },
          };
          nest(b, bounds, ({ row, i }) => {
            const at = () => [row, i];
            out.store(use, at, combine(b, x.load(use, at), y.load(use, at)));
          });
        },
      });
      return (each, use) => {
        const { rows, width } = scope.tensor(each.result).shape;
        program.step({
          after: operandValues(scope, each),
          sends: [{ to: command, fields: [use, rows, width] }],
          done,
          results: each.results,
        });
      };
    },
  };
}

function operandValues(scope: GraphScope, op: Operation): readonly Value[] {
  return op.operands.map((operand) => scope.resolve(operand));
}

/** `nn.add`. */
export const addKind = pairwise(NnAddOp.name, "add", (b, x, delta) => b.addf(x, delta));

/** `nn.silu_mul`. */
export const siluMulKind = pairwise(SiluMulOp.name, "silu_mul", (b, gate, up) =>
  b.mulf(b.mulf(gate, b.recip(b.addf(b.float(1), b.exp(b.negf(gate))))), up),
);

/** `nn.split`: every part is copied to a buffer of its own. */
export const splitKind: OpKind = {
  names: [SplitOp.name],
  build: (scope, ops) => {
    const { s, program } = scope;
    const parts = ops.flatMap((op) => op.results.map((result) => ({ op, result })));
    const command = s.commands("split_cmd", [USE, COUNT, COUNT, COUNT]);
    const done = s.tokens("split_done", parts.length);
    const results = parts.map(({ result }) => scope.tensor(result));
    const x = new Operand(
      "x",
      parts.map(({ op }) => scope.tensor(scope.resolve(op.operands[0] ?? op.result))),
    );
    const out = new Operand("out", results);
    s.kernel({
      name: "split",
      command,
      fields: ["use", "rows", "width", "from"],
      done,
      connections: { ...x.connections, ...out.connections },
      body: ({ b, port, field }) => {
        const use = { b, port, use: field.use };
        const bounds = {
          row: { to: field.rows, max: largest(results, "rows") },
          i: { to: field.width, max: largest(results, "width") },
        };
        nest(b, bounds, ({ row, i }) => {
          const source = b.addi(i, asIndex(b, field.from));
          out.store(
            use,
            () => [row, i],
            x.load(use, () => [row, source]),
          );
        });
      },
    });
    return (op) => {
      let from = 0;
      for (const result of op.results) {
        const { rows, width } = scope.tensor(result).shape;
        const use = parts.findIndex((part) => part.result === result);
        program.step({
          after: operandValues(scope, op),
          sends: [{ to: command, fields: [use, rows, width, from] }],
          done,
          results: [result],
        });
        from += width;
      }
    };
  },
};
