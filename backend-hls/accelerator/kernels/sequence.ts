import type { LoopBuilder, ScheduleBuilder, Value } from "../../../ir/index.ts";
import { all, nest, not } from "../nest.ts";
import {
  channelBeats,
  constantBeats,
  constantParts,
  gainBeats,
  headerBeats,
  outlierSlots,
  weightBeats,
} from "../packing.ts";
import { LINEAR_INPUTS } from "../precision.ts";
import { ceilDiv, type Plan } from "../shape.ts";
import { START_FIELDS, type Wires } from "../wires.ts";
import { DESCRIPTOR_FIELDS } from "./load.ts";
import { MADE } from "./made.ts";
import { groupsOf, sendMatrix } from "./matrix-commands.ts";
import { anyOf, type Phase, phaseOf, pick } from "./phase.ts";
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
    ...(w.bf16 === undefined ? { dequantize: w.dequantizeCommand } : {}),
    addChunks: w.bf16?.addChunks,
    fold: w.bf16?.fold,
    handOut: w.bf16?.handOut,
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
    send: w.link?.sendCommand,
    receive: w.link?.receiveCommand,
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
        sendMatrix(step, port, layer);
        sendVector(step, port);
        sendExchanges(step, port);
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

/**
 * What the accelerators that share a model give each other: of the vector that `wo` or `down` multiplies, of which each has a part, the
 * largest magnitudes of its rows; then words of sums.
 */
function sendExchanges(
  { b, plan, is, rows, padded, groups }: StepScope,
  port: Readonly<Record<"send" | "receive", Value | undefined>>,
): void {
  const targets = [port.send, port.receive].flatMap((target) => (target === undefined ? [] : [target]));
  if (targets.length === 0) return;
  const isMaximum = b.ori(is.qkv, is.gateUp);
  b.when(anyOf(b, [isMaximum, is.wo, is.down]), () => {
    const maxima = b.extui(b.select(is.qkv, rows, padded), 32);
    const sums = b.muli(b.extui(groups, 32), b.int(plan.wo.tiles));
    for (const target of targets) b.write(target, b.select(isMaximum, maxima, sums), isMaximum);
  });
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
    b.when(head === 0 ? is.start : b.ori(is.start, isHead), () => {
      b.write(
        target,
        b.select(is.start, base, b.addi(base, b.int(layers * plan.beatBytes))),
        b.select(is.start, b.int(layers), b.int(head)),
      );
    });
  };
  fetch(port.weights, field.weights, weightBeats(plan));
  fetch(port.constants, field.constants, constantBeats(plan));
  sendConstants({ b, plan, is, isHead }, port.split);
}

/** How the constants of a phase are to be split, where it has any. */
function sendConstants({ b, plan, is, isHead }: FetchScope, split: Value): void {
  const { qkv, wo, gateUp, down, head } = plan;
  const withGains = b.ori(is.wo, is.down);
  const own = plan.channelConstants.length;
  const [header, parts] = [headerBeats(plan), constantParts(plan)];
  const phases = [
    [is.start, parts.start.all],
    [is.qkv, parts.qkv.all],
    [is.wo, parts.wo.all],
    [is.gateUp, parts.gateUp.all],
    [is.down, parts.down.all],
    [isHead, parts.head.all],
  ] as const;
  const withConstants = phases.flatMap(([bit, count]) => (count === 0 ? [] : [bit]));
  b.when(all(b, anyOf(b, withConstants)), () => {
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
        [is.start, header + gainBeats(plan)],
        ...matrices.map(([bit, matrix]) => [bit, header + channelBeats(plan, matrix)] as const),
      ],
      32,
    );
    const scales = pick(
      b,
      matrices.map(([bit, { tiles }]) => [bit, tiles * plan.pn] as const),
      32,
    );
    b.write(
      split,
      beats,
      outlierSlots(plan) === 0
        ? b.select(withGains, b.int(parts.wo.all, 8), b.select(is.qkv, b.int(parts.qkv.all, 8), b.int(1, 8)))
        : phaseParts(b, plan, is, "all"),
      is.start,
      scales,
      own === 0 ? b.int(plan.model.hidden) : b.select(is.qkv, b.int(0), b.int(plan.model.hidden)),
      ...(header === 0 ? [] : [madeBy(b, is)]),
      ...(outlierSlots(plan) === 0 ? [] : [phaseParts(b, plan, is, "firstOutlier")]),
    );
  });
}

/** Parts of a phase's constants. */
function phaseParts(b: LoopBuilder, plan: Plan, is: Phase, which: "firstOutlier" | "all"): Value {
  const parts = constantParts(plan);
  const cases = LINEAR_INPUTS.map((name) => [is[name], parts[name][which]] as const);
  return pick(b, [[is.start, parts.start[which]], ...cases], 8);
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
