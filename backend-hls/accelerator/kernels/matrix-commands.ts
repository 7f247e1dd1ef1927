import type { LoopBuilder, Value } from "../../../ir/index.ts";
import { all, not } from "../nest.ts";
import { outlierColumnsOf, outlierSlots } from "../packing.ts";
import { isElementwise, LINEAR_INPUTS } from "../precision.ts";
import { type Plan, partsOf } from "../shape.ts";
import { columnFields } from "./matmul-bf16.ts";
import { anyOf, type Phase, pick } from "./phase.ts";
import type { StepScope } from "./vector-commands.ts";

/** Groups of `pt` rows, and rows with those that fill the last group. */
export function groupsOf(
  b: LoopBuilder,
  { pt }: Plan,
  rows: Value,
): { readonly groups: Value; readonly padded: Value } {
  const bits = b.int(Math.log2(pt), 16);
  const groups = b.shrui(b.addi(rows, b.int(pt - 1, 16)), bits);
  return { groups, padded: b.shli(groups, bits) };
}

/** Where the commands of the array go, and of what stands behind it: by the precision one kernel or three. */
interface MatrixPorts {
  readonly matmul: Value;
  readonly splitWeights: Value | undefined;
  readonly dequantize?: Value | undefined;
  readonly addChunks: Value | undefined;
  readonly fold: Value | undefined;
  readonly handOut: Value | undefined;
}

/** The array and the kernels behind it. A step without head runs the array once idle, to take the last token. */
export function sendMatrix(step: StepScope, port: MatrixPorts, layer: Value): void {
  const { b, plan, is, isHead, groups: ofRows, emitted } = step;
  const { splitWeights, dequantize, addChunks, fold, handOut } = port;
  const matrices = [
    [is.qkv, plan.qkv],
    [is.wo, plan.wo],
    [is.gateUp, plan.gateUp],
    [is.down, plan.down],
    [isHead, plan.head],
  ] as const;
  const active = anyOf(
    b,
    matrices.map(([bit]) => bit),
  );
  const size = (of: "tiles" | "beats" | "columns" | "scaleBeats" | "tileBeats", width = 32): Value =>
    pick(
      b,
      matrices.map(([bit, matrix]) => [bit, matrix[of]] as const),
      width,
    );
  const [tiles, beats] = [size("tiles"), size("beats")];
  const groups = b.select(is.head, groupsOf(b, plan, emitted).groups, ofRows);
  const one = (value: Value): Value => b.select(active, value, b.constant(1, value.type));
  b.when(b.ori(active, is.head), () => {
    b.write(
      port.matmul,
      one(tiles),
      one(beats),
      one(groups),
      active,
      ...(isElementwise(plan.precision) ? [is.wo, is.down] : []),
      ...(splitWeights === undefined ? [] : [is.head, b.select(isHead, b.int(2, 8), b.int(1, 8))]),
      ...columnFields(plan).map(() => size("columns")),
      ...(partsOf(plan.model) === 1 ? [] : [b.ori(is.wo, is.down)]),
    );
  });
  if (splitWeights !== undefined)
    b.when(active, () => {
      b.write(splitWeights, tiles, size("scaleBeats", 16), size("tileBeats"));
    });
  const targets = (): readonly Value[] => [is.qkv, b.ori(is.wo, is.down), is.gateUp, isHead];
  if (dequantize !== undefined)
    b.when(b.ori(active, is.head), () => {
      b.write(dequantize, one(tiles), one(groups), ...targets(), ...outliersOf(b, plan, is));
    });
  if (addChunks === undefined || fold === undefined || handOut === undefined) return;
  b.when(active, () => {
    const isFirst = all(b, is.qkv, b.equals(layer, 0));
    b.write(addChunks, tiles, beats, groups, not(b, isFirst));
    const isFollowed = not(b, b.ori(isHead, all(b, is.last, not(b, step.emits))));
    b.write(fold, tiles, beats, groups, isFollowed);
    b.write(handOut, tiles, groups, ...targets());
  });
}

/** How many outlier columns a phase's matrix has. */
function outliersOf(b: LoopBuilder, plan: Plan, is: Phase): readonly Value[] {
  if (outlierSlots(plan) === 0) return [];
  const columns = LINEAR_INPUTS.map((name) => [is[name], outlierColumnsOf(plan.precision, name)] as const);
  return [pick(b, columns, 8)];
}
