import {
  affineSum,
  at,
  f32,
  i8,
  i16,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import { hold, isBelow, isFirst, nest, not, position } from "../nest.ts";
import { isBf16 } from "../precision.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { awaitVector, sourceConnections, sourceFields, vectorPlace } from "./activation-source.ts";
import { largest } from "./matmul.ts";

/** Products that are added as one tree: the input channels of an iteration. */
const CHUNK = 4;

/** The field of the array's command that says how many input channels there are: what pads a vector's last chunk is not zero by itself. */
export function columnFields({ precision, model, qWidth }: Plan): readonly "columns"[] {
  const isPadded = [model.hidden, qWidth, model.ffn].some((width) => width % CHUNK !== 0);
  return isBf16(precision) && isPadded ? ["columns"] : [];
}

/** The array on bfloat16: of each row and output channel the sum of a chunk, (p0 + p1) + (p2 + p3) in f32. A weight beat stays while all groups of rows pass. */
export function multiplyBf16Kernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { pn, pk, pt, rows, beatBytes } = plan;
  const { tiles: mostTiles, beats: mostBeats } = largest(plan);
  s.kernel({
    name: "matmul",
    command: w.matmulCommand,
    fields: [
      ...(["tiles", "beats", "groups", "isActive"] as const),
      ...sourceFields(plan),
      ...columnFields(plan),
    ],
    connections: {
      ...sourceConnections(w),
      idleTaken: w.idleTaken,
      weights: w.weightBeats,
      activation: w.activation8,
      chunks: w.bf16?.chunks,
    },
    body: ({ b, port, field }) => {
      const held = b.array("beat", [], vectorType(beatBytes, i8), { storage: "reg" });
      const bounds = {
        tile: { to: field.tiles, max: mostTiles },
        k: { to: field.beats, max: mostBeats },
        group: { to: field.groups, max: rows / pt },
      };
      nest(b, bounds, ({ tile, k, group }) => {
        awaitVector(b, { port, field }, isFirst(b, tile, k, group));
        b.when(not(b, field.isActive), () => {
          b.write(port.idleTaken);
        });
        b.when(field.isActive, () => {
          const beat = hold(b, held, b.equals(group, 0), () => b.read(port.weights));
          const weights = b.lanes(b.vectorCast(beat, vectorType(pn * pk, i16)));
          const sums: Value[] = [];
          for (let p = 0; p < pt; p++) {
            const row = affineSum([[group, pt]], p);
            const place = [...vectorPlace(b, field), row];
            const inputs = Array.from({ length: pk }, (_, lane) => {
              const word = b.lane(b.load(port.activation, ...place, affineSum([[k, pk]], lane)), 0);
              return maskedWord(b, field, { word, k, lane });
            });
            for (let n = 0; n < pn; n++) sums.push(chunkSum(b, inputs, weights.slice(n * pk, (n + 1) * pk)));
          }
          const { chunks } = port;
          if (chunks !== undefined) b.write(chunks, b.vector(sums, f32));
        });
      });
    },
  });
}

/** An element of a vector, +0 behind its end. */
function maskedWord(
  b: LoopBuilder,
  { columns }: { readonly columns?: Value },
  { word, k, lane }: { readonly word: Value; readonly k: Value; readonly lane: number },
): Value {
  if (columns === undefined || lane === 0) return word;
  return b.select(isBelow(b, position(b, k, CHUNK, b.index(lane)), columns), word, b.int(0, 16));
}

function chunkSum(b: LoopBuilder, inputs: readonly Value[], weights: readonly Value[]): Value {
  const product = (lane: number): Value => b.mulBf16(at(weights, lane), at(inputs, lane));
  return b.addf(b.addf(product(0), product(1)), b.addf(product(2), product(3)));
}
