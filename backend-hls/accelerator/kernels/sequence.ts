import type { LoopBuilder, ScheduleBuilder, Value } from "../../../ir/index.ts";
import { all, nest, not } from "../nest.ts";
import { constantBeats, headerBeats, weightBeats } from "../packing.ts";
import { hasStaticScales } from "../precision.ts";
import { ceilDiv, type MatrixPlan, type Plan } from "../shape.ts";
import { START_FIELDS, type Wires } from "../wires.ts";
import { DESCRIPTOR_FIELDS } from "./load.ts";
import { anyOf, type Phase, phaseOf, pick } from "./phase.ts";
import { MADE } from "./statics.ts";
import { type FetchScope, type StepScope, sendVector, vectorCommands } from "./vector-commands.ts";

/** What stands between residual and array in one phase. */
const PHASES = 5;

/** The command streams and request streams that the program feeds. */
function commandsOf(w: Wires) {
  return {
    rows: w.rowsCommand,
    descriptors: w.descriptorRequests,
    weights: w.weightRequests,
    constants: w.constantRequests,
    outputs: w.outputRequests,
    finish: w.finishCommand,
    split: w.splitConstants,
    ...vectorCommands(w),
    splitWeights: w.groups?.split,
    matmul: w.matmulCommand,
    dequantize: w.dequantizeCommand,
    activation: w.activationCommand,
    argmax: w.argmaxCommand,
    chooseToken: w.chooseTokenCommand,
    storeQkv: w.storeQkvCommand,
    rotate: w.rotateCommand,
    headMaximum: w.headMaximumCommand,
    quantizeHeads: w.quantizeHeadsCommand,
    writeRecords: w.writeRecordsCommand,
    attendRuns: w.attendRunsCommand,
    countAcks: w.countAcksCommand,
    adjust: w.adjust?.command,
    headFactors: w.norm?.command,
  };
}

/** The program: walks over layers and phases and sends every kernel its commands; order comes from tokens between the kernels. */
export function sequenceKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const {
    model: { layers },
  } = plan;
  s.kernel({
    name: "sequence",
    command: w.start,
    fields: START_FIELDS,
    connections: commandsOf(w),
    body: ({ b, port, field }) => {
      nest(b, { layer: layers + 1, phase: PHASES }, ({ layer, phase }) => {
        const is = phaseOf(b, layer, phase, layers);
        const emits = b.cmpi("ne", field.emitted, b.int(0, 16));
        const isHead = all(b, is.head, emits);
        const { groups, padded } = groupsOf(b, plan, field.rows);
        b.when(is.start, () => {
          b.write(port.rows, field.rows, field.embedding, field.rope, field.kv_blocks);
          b.write(
            port.descriptors,
            field.descriptors,
            b.muli(b.extui(field.rows, 32), b.int(ceilDiv(DESCRIPTOR_FIELDS.length, plan.beatWords))),
          );
          b.write(port.finish, emits);
          b.write(port.attendRuns, field.rows, field.kv, field.kvLayerBytes);
          b.write(port.countAcks, field.rows);
        });
        sendFetches(
          { b, plan, is, isHead },
          { weights: port.weights, constants: port.constants, split: port.split },
          field,
        );
        const { emitted } = field;
        const step: StepScope = { b, plan, is, isHead, rows: field.rows, padded, groups, emits, emitted };
        sendMatrix(step, port);
        sendVector(step, port);
        b.when(is.qkv, () => {
          b.write(port.storeQkv, padded);
          const { adjust, headFactors } = port;
          if (adjust !== undefined) b.write(adjust, padded);
          if (headFactors !== undefined) b.write(headFactors, field.rows);
          for (const target of [port.rotate, port.headMaximum]) b.write(target, field.rows);
          b.write(port.quantizeHeads, field.rows, not(b, b.equals(layer, 0)));
          const base = b.addi(field.kv, b.muli(b.indexCast(layer, field.kv.type), field.kvLayerBytes));
          b.write(port.writeRecords, field.rows, base, not(b, b.equals(layer, layers - 1)));
        });
        b.when(is.gateUp, () => {
          b.write(port.activation, padded, b.int(plan.gateUp.tiles / 2));
        });
        b.when(isHead, () => {
          sendHead({ b, plan }, port, field);
        });
      });
    },
  });
}

/** Groups of `pt` rows, and rows with those that fill the last group. */
function groupsOf(
  b: LoopBuilder,
  { pt }: Plan,
  rows: Value,
): { readonly groups: Value; readonly padded: Value } {
  const bits = b.int(Math.log2(pt), 16);
  const groups = b.shrui(b.addi(rows, b.int(pt - 1, 16)), bits);
  return { groups, padded: b.shli(groups, bits) };
}

/** What chooses tokens and writes them, for the rows that emit; those that want all logits come first among them. */
function sendHead(
  { b, plan }: Pick<FetchScope, "b" | "plan">,
  port: { readonly argmax: Value; readonly chooseToken: Value; readonly outputs: Value },
  field: Readonly<Record<"emitted" | "logit_rows" | "outputs" | "logits", Value>>,
): void {
  const { padded } = groupsOf(b, plan, field.emitted);
  const whole = plan.outputs.logits ? [field.logit_rows, field.logits] : [];
  b.write(port.argmax, padded, field.emitted, ...whole);
  b.write(port.chooseToken, field.emitted);
  b.write(port.outputs, field.outputs, b.muli(b.extui(field.emitted, 32), b.int(plan.outputBeats)));
}

/** One long burst of weights and one of constants for all layers, another for the head where it is wanted. */
function sendFetches(
  { b, plan, is, isHead }: FetchScope,
  port: { readonly weights: Value; readonly constants: Value; readonly split: Value },
  field: { readonly weights: Value; readonly constants: Value },
): void {
  const fetch = (
    target: Value,
    base: Value,
    { layers, head }: { readonly layers: number; readonly head: number },
  ): void => {
    b.when(b.ori(is.start, isHead), () => {
      b.write(
        target,
        b.select(is.start, base, b.addi(base, b.int(layers * plan.beatBytes))),
        b.select(is.start, b.int(layers), b.int(head)),
      );
    });
  };
  fetch(port.weights, field.weights, weightBeats(plan));
  fetch(port.constants, field.constants, constantBeats(plan));
  const { qkv, wo, gateUp, down, head } = plan;
  const beatsOf = ({ tiles }: MatrixPlan): number => ceilDiv(tiles * plan.pn, plan.beatWords);
  const withGains = b.ori(is.wo, is.down);
  const own = plan.channelConstants.length;
  const header = headerBeats(plan);
  b.when(all(b, anyOf(b, [is.start, is.qkv, is.wo, is.gateUp, is.down, isHead])), () => {
    const matrices = [
      [is.qkv, qkv],
      [is.wo, wo],
      [is.gateUp, gateUp],
      [is.down, down],
      [is.head, head],
    ] as const;
    const beats = pick(
      b,
      [
        [is.start, header + ceilDiv(plan.model.hidden, plan.beatWords)],
        ...matrices.map(([bit, matrix]) => [bit, header + beatsOf(matrix)] as const),
      ],
      32,
    );
    const scales = pick(
      b,
      matrices.map(([bit, { tiles }]) => [bit, tiles * plan.pn] as const),
      32,
    );
    b.write(
      port.split,
      beats,
      b.select(withGains, b.int(2, 8), b.select(is.qkv, b.int(1 + own, 8), b.int(1, 8))),
      is.start,
      scales,
      own === 0 ? b.int(plan.model.hidden) : b.select(is.qkv, b.int(0), b.int(plan.model.hidden)),
      ...(header === 0 ? [] : [madeBy(b, is)]),
    );
  });
}

/** Which vector a phase makes. */
function madeBy(b: LoopBuilder, is: Phase): Value {
  const others = pick(
    b,
    [
      [is.qkv, MADE.attended],
      [is.gateUp, MADE.gated],
    ],
    8,
  );
  return b.select(is.head, b.int(MADE.nothing, 8), others);
}

/** The array and the kernel behind it. A step without head runs the array once idle, to take the last token. */
function sendMatrix(
  { b, plan, is, isHead, groups: ofRows, emitted }: StepScope,
  port: { readonly matmul: Value; readonly dequantize: Value; readonly splitWeights: Value | undefined },
): void {
  const { splitWeights: split } = port;
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
  const tiles = pick(
    b,
    matrices.map(([bit, matrix]) => [bit, matrix.tiles] as const),
    32,
  );
  const beats = pick(
    b,
    matrices.map(([bit, matrix]) => [bit, matrix.beats] as const),
    32,
  );
  const groups = b.select(is.head, groupsOf(b, plan, emitted).groups, ofRows);
  const one = (value: Value): Value => b.select(active, value, b.constant(1, value.type));
  b.when(b.ori(active, is.head), () => {
    b.write(
      port.matmul,
      one(tiles),
      one(beats),
      one(groups),
      active,
      ...(hasStaticScales(plan.precision) ? [is.wo, is.down] : []),
      ...(split === undefined ? [] : [is.head, b.select(isHead, b.int(2, 8), b.int(1, 8))]),
    );
  });
  if (split !== undefined) {
    const perTile = (count: "scaleBeats" | "tileBeats", width: number): Value =>
      pick(
        b,
        matrices.map(([bit, matrix]) => [bit, matrix[count]] as const),
        width,
      );
    b.when(active, () => {
      b.write(split, tiles, perTile("scaleBeats", 16), perTile("tileBeats", 32));
    });
  }
  b.when(b.ori(active, is.head), () => {
    b.write(port.dequantize, one(tiles), one(groups), is.qkv, b.ori(is.wo, is.down), is.gateUp, isHead);
  });
}
