import { at, type FloatPrimitiveName, unreachable } from "../../ir/index.ts";
import type { ArrayLayout, BinaryOperator, KernelGraph, KernelNode } from "../kernel/node.ts";
import { characterize } from "../library/characterize.ts";
import type { Characteristics, Operator } from "../library/operator.ts";
import { NO_AREA } from "../library/operator.ts";
import type { OperatorLibrary } from "../library/operator-library.ts";
import { pipelinedPrimitive } from "../primitives/pipelined-primitive.ts";
import { POOL_CYCLES } from "./unit-pool.ts";

const WIRE: Characteristics = { latencyCycles: 0, inputDelayPs: 0, outputDelayPs: 0, area: NO_AREA };

/** Timing and area of one node at the library's clock. */
export function characterizeNode(
  library: OperatorLibrary,
  graph: KernelGraph,
  node: KernelNode,
): Characteristics {
  const { op } = node;
  switch (op.kind) {
    case "constant":
    case "counter":
    case "field":
    case "extend":
    case "slice":
    case "join":
    case "write":
    case "done":
      return WIRE;
    case "read":
      return { ...WIRE, outputDelayPs: Math.min(library.usablePeriodPs, distributedReadPs(library)) };
    case "binary":
      return characterizeBinary(library, graph, node, op.operator);
    case "compare": {
      const { width } = at(graph.nodes, at(node.args, 0));
      return characterize(library, {
        kind: op.predicate === "eq" || op.predicate === "ne" ? "eq" : "lt",
        width,
      });
    }
    case "select":
      return characterize(library, { kind: "mux", width: node.width });
    case "float":
      return pooledTiming(graph, primitiveTiming(library, op.primitive));
    case "load":
      return loadTiming(library, at(graph.layouts, op.array), node.width);
    case "store":
      return WIRE;
    default:
      return unreachable(op);
  }
}

function distributedReadPs(library: OperatorLibrary): number {
  return library.tables.blocks.distributedRam.readPs;
}

function characterizeBinary(
  library: OperatorLibrary,
  graph: KernelGraph,
  node: KernelNode,
  operator: BinaryOperator,
): Characteristics {
  return characterize(library, operatorOf(graph, node, operator));
}

function operatorOf(graph: KernelGraph, node: KernelNode, operator: BinaryOperator): Operator {
  switch (operator) {
    case "add":
    case "sub":
    case "and":
    case "or":
    case "xor":
      return { kind: operator, width: node.width };
    case "shl":
    case "shru":
    case "shrs":
      return { kind: "shift", width: node.width };
    case "mul": {
      const [leftBits, rightBits] = node.args.map((arg) => at(graph.nodes, arg).width);
      return { kind: "mul", leftBits: leftBits ?? node.width, rightBits: rightBits ?? node.width };
    }
    default:
      return unreachable(operator);
  }
}

function primitiveTiming(library: OperatorLibrary, primitive: FloatPrimitiveName): Characteristics {
  return pipelinedPrimitive(library, primitive).characteristics;
}

/** Units of a pool have registers before them. */
function pooledTiming({ poolsUnits }: KernelGraph, timing: Characteristics): Characteristics {
  return poolsUnits && timing.latencyCycles > 0
    ? { ...timing, latencyCycles: timing.latencyCycles + POOL_CYCLES }
    : timing;
}

/** Registers are read at once through a selection of nothing: each cell is a bank of its own. */
function loadTiming(library: OperatorLibrary, layout: ArrayLayout, width: number): Characteristics {
  if (layout.storage === "reg") return WIRE;
  const style = layout.storage === "block" ? "block" : "distributed";
  const timing = characterize(library, { kind: "ram-read", style, depth: layout.depth, width });
  return style === "distributed"
    ? { ...timing, latencyCycles: 0, outputDelayPs: Math.min(timing.outputDelayPs, library.usablePeriodPs) }
    : timing;
}

/** Cycles that a block RAM takes for a read at this clock. */
export function blockReadLatency(library: OperatorLibrary): 1 | 2 {
  return characterize(library, { kind: "ram-read", style: "block", depth: 512, width: 32 }).latencyCycles ===
    1
    ? 1
    : 2;
}
