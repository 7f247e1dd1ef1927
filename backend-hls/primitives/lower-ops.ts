import {
  at,
  type BitGraph,
  type BitNode,
  type BitOps,
  CompilerBug,
  isNonZero,
  type LogicKind,
  padLow,
  recordGraph,
  replicate,
  unreachable,
  zext,
} from "../../ir/index.ts";

/** What one multiplier block takes, as unsigned widths. */
export interface BlockShape {
  readonly wide: number;
  readonly narrow: number;
}

/** How far words are cut before they are scheduled. */
export interface LoweringLimits {
  /** A product of more goes to several blocks; undefined where there are none. */
  readonly block: BlockShape | undefined;
  /** An adder of more bits becomes chunks with the carry between them. */
  readonly adderBits: number;
}

/**
 * The same function with wide operations cut into ones that fit a stage: shifters into one selection per amount bit,
 * adders into chunks, products into those of one block each.
 */
export function lowerGraph(graph: BitGraph, limits: LoweringLimits): BitGraph {
  const widths = graph.nodes.filter(({ kind }) => kind === "input").map(({ width }) => width);
  return recordGraph(widths, (o, ...inputs) => {
    const made: number[] = [];
    let input = 0;
    for (const node of graph.nodes)
      made.push(
        node.kind === "input"
          ? at(inputs, input++)
          : lowerNode(
              o,
              { graph, node, limits },
              node.operands.map((operand) => at(made, operand)),
            ),
      );
    return at(made, graph.result);
  });
}

/** A node to be lowered, and in what. */
interface LoweredNode {
  readonly graph: BitGraph;
  readonly node: BitNode;
  readonly limits: LoweringLimits;
}

function lowerNode<V>(o: BitOps<V>, { graph, node, limits }: LoweredNode, operands: readonly V[]): V {
  const first = (): V => at(operands, 0);
  switch (node.kind) {
    case "constant":
      return o.constant(node.value, node.width);
    case "extract":
      return o.extract(first(), node.low, node.width);
    case "concat":
      return o.concat(...operands);
    case "table":
      return o.table(node.values, node.width, first());
    case "logic":
      return lowerLogic(
        o,
        node.operation,
        { operands, bits: node.operands.map((operand) => significantBits(graph, operand)) },
        limits,
      );
    case "input":
      throw new CompilerBug("inputs are given");
    default:
      return unreachable(node);
  }
}

function lowerLogic<V>(
  o: BitOps<V>,
  operation: LogicKind,
  { operands, bits }: { readonly operands: readonly V[]; readonly bits: readonly number[] },
  { block, adderBits }: LoweringLimits,
): V {
  const [a, b] = [at(operands, 0), operands[1] ?? at(operands, 0)];
  switch (operation) {
    case "not":
      return o.not(a);
    case "mux":
      return o.mux(a, b, at(operands, 2));
    case "add":
      return addInChunks(o, a, b, adderBits);
    case "sub":
      return subtractInChunks(o, a, b, adderBits);
    case "shl":
      return shift(o, a, b, "left");
    case "shr":
      return shift(o, a, b, "right");
    case "mul":
      return product(
        { o, add: (x, y) => addInChunks(o, x, y, adderBits), shape: block },
        [a, at(bits, 0)],
        [b, at(bits, 1)],
      );
    case "and":
    case "or":
    case "xor":
    case "eq":
    case "ult":
    case "slt":
      return o[operation](a, b);
    default:
      return unreachable(operation);
  }
}

/** Bits of a value below the zeros that a concatenation put above it. */
export function significantBits(graph: BitGraph, index: number): number {
  const node = at(graph.nodes, index);
  if (node.kind === "concat") {
    const [top, ...rest] = node.operands.map((operand) => at(graph.nodes, operand));
    if (top?.kind === "constant" && top.value === 0n) return rest.reduce((sum, { width }) => sum + width, 0);
  }
  if (node.kind === "constant") return Math.max(1, node.value.toString(2).length);
  return node.width;
}

function shift<V>(o: BitOps<V>, value: V, amount: V, direction: "left" | "right"): V {
  const width = o.width(value);
  const levels = Math.min(o.width(amount), Math.ceil(Math.log2(width)));
  let shifted = value;
  for (let level = 0; level < levels; level++) {
    const by = 2 ** level;
    const kept = o.extract(shifted, direction === "left" ? 0 : by, width - by);
    const moved = direction === "left" ? padLow(o, kept, by) : zext(o, kept, width);
    shifted = o.mux(o.extract(amount, level, 1), moved, shifted);
  }
  if (o.width(amount) === levels) return shifted;
  const beyond = isNonZero(o, o.extract(amount, levels, o.width(amount) - levels));
  return o.and(shifted, replicate(o, o.not(beyond), width));
}

/** Chunks of the width, lowest first, as [low bit, width]. */
function chunksOf(width: number, most: number): readonly (readonly [number, number])[] {
  const count = Math.ceil(width / most);
  const each = Math.ceil(width / count);
  return Array.from({ length: count }, (_, i) => [i * each, Math.min(each, width - i * each)] as const);
}

function addInChunks<V>(o: BitOps<V>, a: V, b: V, most: number): V {
  return o.width(a) <= most ? o.add(a, b) : withCarries(o, [a, b], most, undefined);
}

function subtractInChunks<V>(o: BitOps<V>, a: V, b: V, most: number): V {
  return o.width(a) <= most ? o.sub(a, b) : withCarries(o, [a, o.not(b)], most, o.constant(1n, 1));
}

/** Each chunk is added with a bit below it, where the carry of the chunk before comes in. */
function withCarries<V>(o: BitOps<V>, [a, b]: readonly [V, V], most: number, carryIn: V | undefined): V {
  const sums: V[] = [];
  let carry = carryIn ?? o.constant(0n, 1);
  for (const [low, width] of chunksOf(o.width(a), most)) {
    const zero = o.constant(0n, 1);
    const total = o.add(
      o.concat(zero, o.extract(a, low, width), carry),
      o.concat(zero, o.extract(b, low, width), carry),
    );
    sums.unshift(o.extract(total, 1, width));
    carry = o.extract(total, width + 1, 1);
  }
  return o.concat(...sums);
}

/** What products are made with: the algebra, its adder, the multiplier block where there is one. */
interface Multiplying<V, S extends BlockShape | undefined = BlockShape | undefined> {
  readonly o: BitOps<V>;
  readonly add: (a: V, b: V) => V;
  readonly shape: S;
}

/** A product of unsigned operands by blocks: the second operand in pieces, their products added from the highest down. */
function product<V>(
  { o, add, shape }: Multiplying<V>,
  [a, aBits]: readonly [V, number],
  [b, bBits]: readonly [V, number],
): V {
  if (shape === undefined) return rows(o, add, a, [b, bBits]);
  if ((aBits <= shape.wide && bBits <= shape.narrow) || (aBits <= shape.narrow && bBits <= shape.wide))
    return o.mul(a, b);
  if (aBits < bBits) return product({ o, add, shape }, [b, bBits], [a, aBits]);
  if (bBits <= shape.narrow) return inPieces({ o, add, shape }, [b, bBits], [a, aBits, shape.wide]);
  return inPieces({ o, add, shape }, [a, aBits], [b, bBits, shape.narrow]);
}

/** The second operand cut at `cut` bits, which is less than it has; what is above may be cut again. */
function inPieces<V>(
  { o, add, shape }: Multiplying<V, BlockShape>,
  [a, aBits]: readonly [V, number],
  [b, bBits, cut]: readonly [V, number, number],
): V {
  const width = o.width(a);
  const part = (low: number, bits: number): V =>
    product({ o, add, shape }, [a, aBits], [zext(o, o.extract(b, low, bits), width), bits]);
  const [low, high] = [part(0, cut), part(cut, bBits - cut)];
  const upper = width - cut;
  return o.concat(add(o.extract(low, cut, upper), o.extract(high, 0, upper)), o.extract(low, 0, cut));
}

/** A product without blocks: one row per bit of the second operand, added in a tree. */
function rows<V>(o: BitOps<V>, add: (a: V, b: V) => V, a: V, [b, bBits]: readonly [V, number]): V {
  const width = o.width(a);
  let sums = Array.from({ length: Math.min(bBits, width) }, (_, i) =>
    o.and(padLow(o, o.extract(a, 0, width - i), i), replicate(o, o.extract(b, i, 1), width)),
  );
  while (sums.length > 1)
    sums = Array.from({ length: Math.ceil(sums.length / 2) }, (_, i) => {
      const [even, odd] = [at(sums, 2 * i), sums[2 * i + 1]];
      return odd === undefined ? even : add(even, odd);
    });
  return at(sums, 0);
}
