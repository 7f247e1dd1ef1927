import {
  affineSum,
  beatType,
  i8,
  i32,
  type LoopBuilder,
  REQUEST_TYPE,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import { isBelow, isLast, nest, position, register } from "../../accelerator/nest.ts";
import { COUNT, type GraphScope, largest, USE } from "../graph-scope.ts";
import type { TensorRegion } from "../memory-map.ts";
import { Operand, type Tensor } from "../operand.ts";
import { elementBytes } from "../tensor-shape.ts";
import { rowBeats } from "./load.ts";

/** A tensor of the graph and the region that it goes to. */
interface Returned {
  readonly value: Value;
  readonly region: TensorRegion;
}

/** Makes the kernel that writes results to memory and appends the steps that start it. Rows are padded with zeros. */
export function storeResults(scope: GraphScope, returned: readonly Returned[]): void {
  const {
    s,
    design: { beatBytes },
    maxBurst,
    program,
  } = scope;
  const beatWords = beatBytes / 4;
  const tensors = returned.map(({ value }) => scope.tensor(value));
  const requests = s.stream("store_req", REQUEST_TYPE);
  const data = s.stream("store_data", beatType(beatBytes), maxBurst);
  const acks = s.tokens("store_ack", returned.length);
  const commands = s.commands("store_cmd", [USE, COUNT, COUNT]);
  s.burstWrite("store_burst", { memory: scope.memory, requests, data, done: acks }, maxBurst);
  const source = new Operand("from", tensors);
  const mostBeats = Math.max(...tensors.map((tensor) => rowBeats(tensor, beatBytes)));
  s.kernel({
    name: "store",
    command: commands,
    fields: ["use", "rows", "beats"],
    connections: { ...source.connections, data },
    body: ({ b, port, field }) => {
      const earlier = Array.from({ length: beatWords - 1 }, (_, index) =>
        register(b, `word${String(index)}`, i32),
      );
      const word = register(b, "word", i32);
      const bounds = {
        row: { to: field.rows, max: largest(tensors, "rows") },
        beat: { to: field.beats, max: mostBeats },
        lane: beatWords,
      };
      nest(b, bounds, ({ row, beat, lane }) => {
        source.each({ b, port, use: field.use }, (tensor, from) => {
          b.store(wordAt(b, { tensor, from, row, beat, lane, beatWords }), word);
        });
        const words = [...earlier.map((cell) => b.load(cell)), b.load(word)];
        earlier.forEach((cell, index) => {
          b.store(words[index + 1] ?? b.int(0), cell);
        });
        b.when(isLast(b, lane, beatWords), () => {
          b.write(port.data, b.vectorCast(b.vector(words, i32), vectorType(beatBytes, i8)));
        });
      });
    },
  });
  returned.forEach(({ value, region }, use) => {
    const beats = rowBeats(scope.tensor(value), beatBytes);
    const { rows } = region.shape;
    program.step({
      after: [value],
      sends: [
        { to: requests, fields: [{ offset: region.base }, rows * beats] },
        { to: commands, fields: [use, rows, beats] },
      ],
      done: acks,
    });
  });
}

interface WordLoad {
  readonly tensor: Tensor;
  readonly from: Value;
  readonly row: Value;
  readonly beat: Value;
  readonly lane: Value;
  readonly beatWords: number;
}

function wordAt(b: LoopBuilder, { tensor: { shape }, from, row, beat, lane, beatWords }: WordLoad): Value {
  const perWord = 4 / elementBytes(shape);
  const elements = Array.from({ length: perWord }, (_, part) => {
    const column = affineSum(
      [
        [beat, beatWords * perWord],
        [lane, perWord],
      ],
      part,
    );
    const index = b.addi(b.muli(position(b, beat, beatWords, lane), b.index(perWord)), b.index(part));
    const value = b.load(from, ...(shape.rank === 1 ? [column] : [row, column]));
    const bits = shape.element.kind === "float" ? b.bitcast(value, i32) : value;
    return b.select(isBelow(b, index, shape.width), bits, b.constant(0, bits.type));
  });
  const [only = b.int(0)] = elements;
  return perWord === 1 ? only : b.lane(b.vectorCast(b.vector(elements, i8), vectorType(1, i32)), 0);
}
