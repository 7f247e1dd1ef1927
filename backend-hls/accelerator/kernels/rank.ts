import {
  at,
  i8,
  i32,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import { all, hold, isBelow, isFirst, isLast, nest, position } from "../nest.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { keyOf, type LogitSource, NO_LOGIT } from "./choose.ts";

/** The `candidates` best tokens of each row, best first, as beats of pairs {token i32, logit f32}. */
export function rankingKernels(s: ScheduleBuilder, plan: Plan, w: Wires, source: LogitSource): void {
  const words = vectorType(2 * plan.outputs.candidates, i32);
  const rankings = s.stream("rankings", words, 2);
  rankKernel(s, plan, w, { ...source, rankings });
  writeCandidatesKernel(s, plan, w, { rankings, words });
}

/** A logit with its place in the order. */
interface Entry {
  readonly key: Value;
  readonly token: Value;
  readonly logit: Value;
}

/** Who wants a place: the newcomer, or one who had a better place and gets the next. */
interface Challenger extends Entry {
  readonly isTurnedOut: Value;
}

/** Lists of the best so far, one for each row. */
interface Ranking {
  readonly keys: Value;
  readonly tokens: Value;
  readonly logits: Value;
}

/**
 * Insertion into sorted lists, a comparison for each place: the newcomer takes the first place whose holder is smaller, and
 * everybody from there on moves down one. Equal logits keep the order in which they came, lowest index first.
 */
function rankKernel(
  s: ScheduleBuilder,
  plan: Plan,
  w: Wires,
  { y: logitStream, command, rankings }: LogitSource & { readonly rankings: Value },
): void {
  const { pn, head, rows, outputs } = plan;
  s.kernel({
    name: "rank",
    command,
    fields: ["rows", "emitted"],
    done: w.argmaxDone,
    connections: { y: logitStream, out: rankings },
    body: ({ b, port, field }) => {
      const list = (name: string): Value =>
        b.array(name, [rows, outputs.candidates], i32, { storage: "lut" });
      const lists = { keys: list("keys"), tokens: list("tokens"), logits: list("logits") };
      nest(b, { tile: head.tiles, row: { to: field.rows, max: rows }, lane: pn }, ({ tile, row, lane }) => {
        const y = b.read(port.y);
        const index = position(b, tile, pn, lane);
        const isNew = isFirst(b, tile, lane);
        let challenger: Challenger = {
          key: keyOf(b, plan, { y, index }),
          token: b.indexCast(index, i32),
          logit: b.bitcast(y, i32),
          isTurnedOut: b.int(0, 1),
        };
        const best = Array.from({ length: outputs.candidates }, (_, place): Entry => {
          const { winner, loser } = challenge(b, lists, { row, place, isNew }, challenger);
          challenger = loser;
          return winner;
        });
        b.when(
          all(b, isLast(b, tile, head.tiles), isLast(b, lane, pn), isBelow(b, row, field.emitted)),
          () => {
            const words = best.flatMap(({ token, logit }) => [token, logit]);
            b.write(port.out, b.vector(words, i32));
          },
        );
      });
    },
  });
}

/** A newcomer takes the place from who is smaller, one who was turned out takes it in any case; an empty list has nothing in any place. */
function challenge(
  b: LoopBuilder,
  { keys, tokens, logits }: Ranking,
  { row, place, isNew }: { readonly row: Value; readonly place: number; readonly isNew: Value },
  challenger: Challenger,
): { readonly winner: Entry; readonly loser: Challenger } {
  const held: Entry = {
    key: b.select(isNew, b.int(NO_LOGIT), b.load(keys, row, place)),
    token: b.load(tokens, row, place),
    logit: b.load(logits, row, place),
  };
  const isBetter = b.ori(challenger.isTurnedOut, b.cmpi("sgt", challenger.key, held.key));
  const choose = (first: Entry, second: Entry): Entry => ({
    key: b.select(isBetter, first.key, second.key),
    token: b.select(isBetter, first.token, second.token),
    logit: b.select(isBetter, first.logit, second.logit),
  });
  const winner = choose(challenger, held);
  b.store(winner.key, keys, row, place);
  b.store(winner.token, tokens, row, place);
  b.store(winner.logit, logits, row, place);
  return { winner, loser: { ...choose(held, challenger), isTurnedOut: isBetter } };
}

/** Cuts each row's ranking into beats. */
function writeCandidatesKernel(
  s: ScheduleBuilder,
  plan: Plan,
  w: Wires,
  { rankings, words: type }: { readonly rankings: Value; readonly words: ReturnType<typeof vectorType> },
): void {
  const { rows, beatWords, beatBytes, outputBeats } = plan;
  s.kernel({
    name: "write_candidates",
    command: w.chooseTokenCommand,
    fields: ["rows"],
    connections: { rankings, out: w.outputBeats },
    body: ({ b, port, field }) => {
      const held = b.array("ranking", [], type, { storage: "reg" });
      nest(b, { row: { to: field.rows, max: rows }, beat: outputBeats }, ({ beat }) => {
        const words = b.lanes(hold(b, held, b.equals(beat, 0), () => b.read(port.rankings)));
        const wordOf = (lane: number): Value =>
          Array.from({ length: outputBeats }, (_, number) => number).reduce(
            (other, number) => {
              const word = words[number * beatWords + lane] ?? b.int(0);
              return number === 0 ? word : b.select(b.equals(beat, number), word, other);
            },
            at(words, 0),
          );
        const lanes = Array.from({ length: beatWords }, (_, lane) => wordOf(lane));
        b.write(port.out, b.vectorCast(b.vector(lanes, i32), vectorType(beatBytes, i8)));
      });
    },
  });
}
