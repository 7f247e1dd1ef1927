import {
  affineSum,
  beatType,
  f32,
  i8,
  i32,
  type LoopBuilder,
  REQUEST_TYPE,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import { isFirst, LaneShifter, nest } from "../../accelerator/nest.ts";
import { COUNT, type GraphScope, largest, USE } from "../graph-scope.ts";
import type { TensorRegion } from "../memory-map.ts";
import { Operand, type Tensor } from "../operand.ts";
import { elementBytes } from "../tensor-shape.ts";

/** A burst reader with the kernel that puts what it reads into buffers. */
export interface Loader {
  readonly requests: Value;
  readonly commands: Value;
  readonly done: Value;
}

/** Beats of a row of a tensor in memory. */
export function rowBeats({ shape }: Tensor, beatBytes: number): number {
  return Math.ceil((shape.width * elementBytes(shape)) / beatBytes);
}

/** Makes a loader for these tensors; its command is {use, rows, beats of a row}. A word of 32 bits goes in per cycle. */
export function makeLoader(
  scope: GraphScope,
  name: string,
  tensors: readonly Tensor[],
  depth: number,
): Loader {
  const {
    s,
    design: { beatBytes },
    maxBurst,
  } = scope;
  const beatWords = beatBytes / 4;
  const requests = s.stream(`${name}_req`, REQUEST_TYPE, depth);
  const data = s.stream(`${name}_data`, beatType(beatBytes), 2 * maxBurst);
  const commands = s.commands(`${name}_cmd`, [USE, COUNT, COUNT], depth);
  const done = s.tokens(`${name}_done`, depth);
  s.burstRead(`${name}_burst`, { memory: scope.memory, requests, data }, maxBurst);
  const targets = new Operand("to", tensors);
  const mostBeats = Math.max(...tensors.map((tensor) => rowBeats(tensor, beatBytes)));
  s.kernel({
    name,
    command: commands,
    fields: ["use", "rows", "beats"],
    done,
    connections: { ...targets.connections, data },
    body: ({ b, port, field }) => {
      const shifter = new LaneShifter(b, "word", beatWords, i32);
      const bounds = {
        row: { to: field.rows, max: largest(tensors, "rows") },
        beat: { to: field.beats, max: mostBeats },
        lane: beatWords,
      };
      nest(b, bounds, ({ row, beat, lane }) => {
        const word = shifter.next(b, isFirst(b, lane), () =>
          b.lanes(b.vectorCast(b.read(port.data), vectorType(beatWords, i32))),
        );
        targets.each({ b, port, use: field.use }, (tensor, target) => {
          storeWord(b, { word, tensor, target, row, beat, lane, beatWords });
        });
      });
    },
  });
  return { requests, commands, done };
}

interface WordStore {
  readonly word: Value;
  readonly tensor: Tensor;
  readonly target: Value;
  readonly row: Value;
  readonly beat: Value;
  readonly lane: Value;
  readonly beatWords: number;
}

function storeWord(
  b: LoopBuilder,
  { word, tensor: { shape }, target, row, beat, lane, beatWords }: WordStore,
): void {
  const perWord = 4 / elementBytes(shape);
  const elements =
    perWord === 1
      ? [shape.element.kind === "float" ? b.bitcast(word, f32) : word]
      : b.lanes(b.vectorCast(b.vector([word], i32), vectorType(4, i8)));
  elements.forEach((element, part) => {
    const column = affineSum(
      [
        [beat, beatWords * perWord],
        [lane, perWord],
      ],
      part,
    );
    b.store(element, target, ...(shape.rank === 1 ? [column] : [row, column]));
  });
}

/** Starts the load of a tensor from its region. */
export function startLoad(
  scope: GraphScope,
  loader: Loader,
  load: {
    readonly value: Value;
    readonly region: TensorRegion;
    readonly tensor: Tensor;
    readonly use: number;
  },
): void {
  const { value, region, tensor, use } = load;
  const beats = rowBeats(tensor, scope.design.beatBytes);
  const { rows } = tensor.shape;
  scope.program.step({
    after: [],
    sends: [
      { to: loader.requests, fields: [{ offset: region.base }, rows * beats] },
      { to: loader.commands, fields: [use, rows, beats] },
    ],
    done: loader.done,
    results: [value],
  });
}
