import {
  at,
  type BitGraph,
  type BitNode,
  FLOAT_PRIMITIVES,
  type FloatPrimitive,
  type FloatPrimitiveName,
  type LogicKind,
  type Operation,
  recordGraph,
  scalarWidth,
  unreachable,
} from "../../ir/index.ts";
import { characterize } from "../library/characterize.ts";
import { estimatedPeriodPs, lutDelays, widestAdder } from "../library/lut-delays.ts";
import { type Area, type Characteristics, NO_AREA, type Operator } from "../library/operator.ts";
import type { OperatorLibrary } from "../library/operator-library.ts";
import { emitStages } from "./emit-stages.ts";
import { type BlockShape, lowerGraph, significantBits } from "./lower-ops.ts";
import { type BlockTiming, placeStages } from "./place-stages.ts";

/** A float operation cut into stages for one family and clock: a module with inputs `clk`, `a0`, `a1`, … and the output `y`. */
export interface PipelinedPrimitive {
  readonly name: FloatPrimitiveName;
  readonly characteristics: Characteristics;
  readonly module: Operation;
}

const made = new WeakMap<OperatorLibrary, Map<FloatPrimitiveName, PipelinedPrimitive>>();

/** The primitive at the library's clock: its definition (ir/numerics) scheduled as soon as possible with chaining; one start per cycle. */
export function pipelinedPrimitive(library: OperatorLibrary, name: FloatPrimitiveName): PipelinedPrimitive {
  const known = made.get(library) ?? new Map<FloatPrimitiveName, PipelinedPrimitive>();
  made.set(library, known);
  const found = known.get(name);
  if (found !== undefined) return found;
  const primitive = pipelinePrimitive(library, name);
  known.set(name, primitive);
  return primitive;
}

function pipelinePrimitive(library: OperatorLibrary, name: FloatPrimitiveName): PipelinedPrimitive {
  const definition: FloatPrimitive = FLOAT_PRIMITIVES[name];
  const recorded = recordGraph(definition.operands.map(scalarWidth), definition.build);
  return { name, ...pipelineGraph(library, `${name}_f32`, recorded) };
}

/** A function of bit vectors cut into stages at the library's clock; the module's name gets the latency behind it. */
function pipelineGraph(
  library: OperatorLibrary,
  name: string,
  recorded: BitGraph,
): { readonly characteristics: Characteristics; readonly module: Operation } {
  const graph = lowerGraph(recorded, { block: blockShape(library), adderBits: widestAdder(library) });
  const characteristics = graph.nodes.map((node) => characterize(library, operatorOf(graph, node)));
  const blocks = new Map<BitNode, BlockTiming>(
    graph.nodes.flatMap((node, index) =>
      isProduct(node) ? [[node, at(characteristics, index)] as const] : [],
    ),
  );
  const plan = placeStages(graph, {
    delays: lutDelays(library),
    usablePs: estimatedPeriodPs(library),
    blockUsablePs: library.usablePeriodPs,
    blockOf: (node) => blocks.get(node),
  });
  const latencyCycles = at(plan.ready, graph.result);
  const { module, registerBits } = emitStages(`${name}_l${String(latencyCycles)}`, graph, plan);
  const area = characteristics.reduce<Area>(
    (sum, { area: own }) => ({
      ff: sum.ff,
      lut: sum.lut + own.lut,
      dsp: sum.dsp + own.dsp,
      carry: sum.carry + own.carry,
    }),
    NO_AREA,
  );
  return {
    module,
    characteristics: {
      latencyCycles,
      inputDelayPs: latencyCycles === 0 ? 0 : plan.firstPs,
      outputDelayPs: plan.lastPs,
      area: { ...area, ff: registerBits },
    },
  };
}

function isProduct(node: BitNode): boolean {
  return node.kind === "logic" && node.operation === "mul";
}

/** One block's operands without sign. */
function blockShape({ tables }: OperatorLibrary): BlockShape | undefined {
  const block = tables.blocks.multiplier;
  return block === undefined
    ? undefined
    : { wide: block.operandBits[0] - 1, narrow: block.operandBits[1] - 1 };
}

function operatorOf(graph: BitGraph, node: BitNode): Operator {
  switch (node.kind) {
    case "input":
    case "constant":
    case "extract":
    case "concat":
      return { kind: "wire" };
    case "table":
      return { kind: "rom", style: "distributed", depth: node.values.length, width: node.width };
    case "logic":
      return logicOperator(graph, node.operation, node);
    default:
      return unreachable(node);
  }
}

function logicOperator(graph: BitGraph, operation: LogicKind, node: BitNode): Operator {
  const operandWidth = at(graph.nodes, at(node.operands, 0)).width;
  switch (operation) {
    case "add":
    case "sub":
    case "and":
    case "or":
    case "xor":
    case "not":
      return { kind: operation, width: node.width };
    case "mul": {
      const [left, right] = node.operands.map((operand) => significantBits(graph, operand));
      return { kind: "mul", leftBits: (left ?? node.width) + 1, rightBits: (right ?? node.width) + 1 };
    }
    case "shl":
    case "shr":
      return { kind: "shift", width: node.width };
    case "eq":
      return { kind: "eq", width: operandWidth };
    case "ult":
    case "slt":
      return { kind: "lt", width: operandWidth };
    case "mux":
      return { kind: "mux", width: node.width };
    default:
      return unreachable(operation);
  }
}
