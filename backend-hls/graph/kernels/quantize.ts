import {
  bundleType,
  f32,
  i32,
  type LoopBuilder,
  NormQuantizeOp,
  type Operation,
  present,
  QuantizeHeadsOp,
  QuantizeOp,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import { PARTS, quantizationOf, treeSum } from "../../accelerator/kernels/statistics.ts";
import { asIndex, isBelow, isLast, nest, register } from "../../accelerator/nest.ts";
import { COUNT, type GraphScope, largest, type OpKind, operandsAt, roundUp, USE } from "../graph-scope.ts";
import { Operand, type Tensor } from "../operand.ts";

/** Streams and buffers of the three kernels that quantize vectors. */
interface Wires {
  readonly name: string;
  readonly x: Operand;
  /** Of a norm. */
  readonly gain: Operand | undefined;
  readonly q: Operand;
  readonly s: Operand;
  readonly magnitudes: Value;
  readonly squares: Value | undefined;
  readonly factors: Value;
  readonly commands: Readonly<Record<"measure" | "scale" | "round", Value>>;
  readonly done: Value;
  readonly most: { readonly rows: number; readonly heads: number; readonly width: number };
}

/** `nn.quantize`, `nn.quantize_heads`: a vector of each row or of each head of a row to int8 and a scale. */
export const quantizeKind: OpKind = {
  names: [QuantizeOp.name, QuantizeHeadsOp.name],
  build: (scope, ops) => buildQuantizer(scope, ops, "quantize"),
};

/** `nn.norm_quantize`. */
export const normQuantizeKind: OpKind = {
  names: [NormQuantizeOp.name],
  build: (scope, ops) => buildQuantizer(scope, ops, "norm"),
};

function buildQuantizer(
  scope: GraphScope,
  ops: readonly Operation[],
  name: "quantize" | "norm",
): (op: Operation, use: number) => void {
  const wires = makeWires(scope, ops, name);
  measureKernel(scope, wires);
  if (wires.squares === undefined) scaleKernel(scope, wires);
  else normScaleKernel(scope, wires, wires.squares);
  roundKernel(scope, wires);
  const { measure, scale, round } = wires.commands;
  return (op, use) => {
    const { rows, heads, width } = vectorsOf(scope, op);
    const eps = NormQuantizeOp.match(op)?.attrs.eps;
    const padded = heads === 1 ? roundUp(width, scope.design.beatBytes) : width;
    scope.program.step({
      after: op.operands.map((operand) => scope.resolve(operand)),
      sends: [
        { to: measure, fields: [use, rows, heads, width] },
        {
          to: scale,
          fields: eps === undefined ? [rows * heads] : [rows, Math.fround(1 / width), Math.fround(eps)],
        },
        { to: round, fields: [use, rows, heads, padded, width] },
      ],
      done: wires.done,
      results: op.results,
    });
  };
}

/** The vectors of an operation: `heads` of `width` channels in each row. */
function vectorsOf(scope: GraphScope, op: Operation): Wires["most"] {
  const x = scope.tensor(scope.resolve(present(op.operands[0], "x"))).shape;
  const scales = scope.tensor(present(op.results[1], "scales")).shape;
  const heads = scales.rank === 1 ? 1 : scales.width;
  return { rows: x.rows, heads, width: x.width / heads };
}

function makeWires(scope: GraphScope, ops: readonly Operation[], name: "quantize" | "norm"): Wires {
  const { s } = scope;
  const isNorm = name === "norm";
  const inputs = (index: number): readonly Tensor[] =>
    operandsAt(scope, ops, index).map((value) => scope.tensor(value));
  const outputs = (index: number): readonly Tensor[] =>
    ops.map((op) => scope.tensor(present(op.results[index], "a result")));
  const sizes = ops.map((op) => vectorsOf(scope, op));
  const most = (size: keyof Wires["most"]): number => Math.max(...sizes.map((each) => each[size]));
  return {
    name,
    x: new Operand("x", inputs(0)),
    gain: isNorm ? new Operand("gain", inputs(1)) : undefined,
    q: new Operand("q", outputs(0)),
    s: new Operand("s", outputs(1)),
    magnitudes: s.stream(`${name}_magnitudes`, i32, 4),
    squares: isNorm ? s.stream(`${name}_squares`, vectorType(PARTS, f32), 4) : undefined,
    factors: s.stream(`${name}_factors`, bundleType([f32, f32]), 4),
    commands: {
      measure: s.commands(`${name}_measure_cmd`, [USE, COUNT, COUNT, COUNT]),
      scale: s.commands(`${name}_scale_cmd`, isNorm ? [COUNT, f32, f32] : [COUNT]),
      round: s.commands(`${name}_round_cmd`, [USE, COUNT, COUNT, COUNT, COUNT]),
    },
    done: s.tokens(`${name}_done`, ops.length),
    most: {
      rows: most("rows"),
      heads: most("heads"),
      width: Math.max(largest(inputs(0), "width"), most("width")),
    },
  };
}

/** The largest magnitude of each vector and, for a norm, its partial sums of squares. */
function measureKernel({ s }: GraphScope, wires: Wires): void {
  const { x, gain, most, squares } = wires;
  const outputs: Readonly<Record<string, Value>> =
    squares === undefined ? { magnitudes: wires.magnitudes } : { magnitudes: wires.magnitudes, squares };
  s.kernel({
    name: `${wires.name}_measure`,
    command: wires.commands.measure,
    fields: ["use", "rows", "heads", "width"],
    connections: {
      ...x.connections,
      ...gain?.connections,
      ...outputs,
    },
    body: ({ b, port, field }) => {
      const use = { b, port, use: field.use };
      const largestCell = register(b, "largest", i32);
      const parts =
        squares === undefined
          ? []
          : Array.from({ length: PARTS }, (_, index) => register(b, `part${String(index)}`, f32));
      const width = { to: field.width, max: most.width };
      nest(
        b,
        { row: { to: field.rows, max: most.rows }, head: { to: field.heads, max: most.heads }, i: width },
        ({ row, head, i }) => {
          const element = x.load(use, () => [
            row,
            columnOf(b, { head, width: field.width, i, heads: most.heads }),
          ]);
          const value =
            gain === undefined
              ? element
              : b.mulf(
                  element,
                  gain.load(use, () => [i]),
                );
          const magnitude = b.bitcast(b.abs(value), i32);
          const largestYet = b.select(b.equals(i, 0), magnitude, b.maxsi(b.load(largestCell), magnitude));
          b.store(largestYet, largestCell);
          const sums = nextParts(b, parts, i, element);
          b.when(isLast(b, i, width), () => {
            b.write(present(port["magnitudes"], "magnitudes"), largestYet);
            if (squares !== undefined) b.write(present(port["squares"], "squares"), b.vector(sums, f32));
          });
        },
      );
    },
  });
}

/** Adds the square of `element` to the oldest partial sum; all of them, oldest first. */
function nextParts(b: LoopBuilder, cells: readonly Value[], i: Value, element: Value): readonly Value[] {
  const [oldest, ...others] = cells.map((cell) => b.load(cell));
  if (oldest === undefined) return [];
  const start = b.select(isBelow(b, i, PARTS), b.float(0), oldest);
  const parts = [...others, b.addf(start, b.mulf(element, element))];
  cells.forEach((cell, index) => {
    b.store(present(parts[index], "a part"), cell);
  });
  return parts;
}

function columnOf(
  b: LoopBuilder,
  {
    head,
    width,
    i,
    heads,
  }: { readonly head: Value; readonly width: Value; readonly i: Value; readonly heads: number },
): Value {
  return heads === 1 ? i : b.addi(b.muli(head, asIndex(b, width)), i);
}

/** Per vector the factor that quantizes it and its scale. */
function scaleKernel({ s }: GraphScope, { name, commands, magnitudes, factors, most }: Wires): void {
  s.kernel({
    name: `${name}_scale`,
    command: commands.scale,
    fields: ["vectors"],
    connections: { magnitudes, factors },
    body: ({ b, port, field }) => {
      nest(b, { vector: { to: field.vectors, max: most.rows * most.heads } }, () => {
        const { inverse, scale } = quantizationOf(b, b.bitcast(b.read(port.magnitudes), f32));
        b.write(port.factors, inverse, scale);
      });
    },
  });
}

/** The same behind a norm: its factor goes into the scale. */
function normScaleKernel(
  { s }: GraphScope,
  { name, commands, magnitudes, factors, most }: Wires,
  squares: Value,
): void {
  s.kernel({
    name: `${name}_scale`,
    command: commands.scale,
    fields: ["rows", "perChannel", "eps"],
    connections: { magnitudes, squares, factors },
    body: ({ b, port, field }) => {
      nest(b, { row: { to: field.rows, max: most.rows, ii: PARTS } }, () => {
        const { inverse, scale } = quantizationOf(b, b.bitcast(b.read(port.magnitudes), f32));
        const sum = treeSum(b, b.lanes(b.read(port.squares)));
        const root = b.rsqrt(b.addf(b.mulf(sum, field.perChannel), field.eps));
        b.write(port.factors, inverse, b.mulf(scale, root));
      });
    },
  });
}

/** Makes int8 of each vector; what pads a row to whole beats becomes 0. */
function roundKernel({ s, design }: GraphScope, wires: Wires): void {
  const { x, gain, q, s: scales, most } = wires;
  s.kernel({
    name: `${wires.name}_round`,
    command: wires.commands.round,
    fields: ["use", "rows", "heads", "padded", "width"],
    done: wires.done,
    connections: {
      ...x.connections,
      ...gain?.connections,
      ...q.connections,
      ...scales.connections,
      factors: wires.factors,
    },
    body: ({ b, port, field }) => {
      const use = { b, port, use: field.use };
      const cells = [register(b, "inverse", f32), register(b, "scale", f32)] as const;
      const padded = { to: field.padded, max: roundUp(most.width, design.beatBytes) };
      nest(
        b,
        { row: { to: field.rows, max: most.rows }, head: { to: field.heads, max: most.heads }, i: padded },
        ({ row, head, i }) => {
          const isNew = b.equals(i, 0);
          const [inverse, scale] = b.choose(
            isNew,
            [f32, f32],
            () => b.readFields(present(port.factors, "factors")),
            () => cells.map((cell) => b.load(cell)),
          );
          if (inverse === undefined || scale === undefined) return;
          b.store(inverse, cells[0]);
          b.store(scale, cells[1]);
          const column = columnOf(b, { head, width: field.width, i, heads: most.heads });
          const element = x.load(use, () => [row, column]);
          const value =
            gain === undefined
              ? element
              : b.mulf(
                  element,
                  gain.load(use, () => [i]),
                );
          const rounded = b.toInt(b.mulf(value, inverse), 8);
          q.store(use, () => [row, column], b.select(isBelow(b, i, field.width), rounded, b.int(0, 8)));
          b.when(isNew, () => {
            scales.store(use, ({ shape }) => (shape.rank === 1 ? [row] : [row, head]), scale);
          });
        },
      );
    },
  });
}
