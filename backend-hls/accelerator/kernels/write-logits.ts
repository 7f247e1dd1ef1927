import {
  f32,
  i1,
  i8,
  i16,
  i32,
  type LoopBuilder,
  REQUEST_TYPE,
  type ScheduleBuilder,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import { all, isBelow, isFirst, isLast, nest } from "../nest.ts";
import { ceilDiv, type Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import type { LogitSource } from "./choose.ts";

/** What is written beside the rows' tokens, and the token of both. */
export interface LogitWriter {
  readonly source: LogitSource;
  /** The token of the burst that writes the rows' tokens; `outputAcks` follows when the logits are in memory as well. */
  readonly tokensWritten: Value;
}

/** All logits of the rows that want them to memory; they go on to whoever chooses tokens. */
export function writeLogitsKernels(s: ScheduleBuilder, plan: Plan, w: Wires): LogitWriter {
  const wires = {
    passed: s.stream("passed_logits", f32, 4),
    chooseCommand: s.commands("choose_cmd", [i16, i16]),
    awaitCommand: s.commands("outputs_written_cmd", [i1]),
    requests: s.stream("logit_req", REQUEST_TYPE),
    beats: s.stream("logit_data", vectorType(plan.beatBytes, i8), 4),
    acks: s.tokens("logit_ack"),
  };
  const tokensWritten = s.tokens("tokens_written");
  packLogitsKernel(s, plan, w, wires);
  s.burstWrite(
    "logits",
    { memory: w.memory, requests: wires.requests, data: wires.beats, done: wires.acks },
    plan.maxBurst,
  );
  s.kernel({
    name: "outputs_written",
    command: wires.awaitCommand,
    fields: ["hasLogits"],
    done: w.outputAcks,
    connections: { tokensWritten, logitsWritten: wires.acks },
    body: ({ b, port, field }) => {
      nest(b, { once: 1 }, () => {
        b.readFields(port.tokensWritten);
        b.when(field.hasLogits, () => {
          b.readFields(port.logitsWritten);
        });
      });
    },
  });
  return { source: { y: wires.passed, command: wires.chooseCommand }, tokensWritten };
}

/** Makes beats of a row's logits: tiles come with rows inside, so that every row has a beat in the making. */
function packLogitsKernel(
  s: ScheduleBuilder,
  plan: Plan,
  w: Wires,
  wires: Readonly<Record<"passed" | "chooseCommand" | "awaitCommand" | "requests" | "beats", Value>>,
): void {
  const { pn, rows, beatBytes, beatWords, logitBeats, head } = plan;
  const parts = beatWords / pn;
  s.kernel({
    name: "pack_logits",
    command: w.argmaxCommand,
    fields: ["rows", "emitted", "logitRows", "address"],
    connections: { y: w.toArgmax, ...wires },
    body: ({ b, port, field }) => {
      const words = b.array("words", [rows, beatWords], f32, { storage: "lut" });
      const bounds = {
        group: ceilDiv(head.tiles, parts),
        part: parts,
        row: { to: field.rows, max: rows },
        lane: pn,
      };
      nest(b, bounds, ({ group, part, row, lane }) => {
        const hasLogits = b.cmpi("ne", field.logitRows, b.constant(0, field.logitRows.type));
        b.when(isFirst(b, group, part, row, lane), () => {
          b.write(port.chooseCommand, field.rows, field.emitted);
          b.write(port.awaitCommand, hasLogits);
        });
        b.when(all(b, isFirst(b, group, part, row, lane), hasLogits), () => {
          const beats = b.muli(b.extui(field.logitRows, 32), b.int(logitBeats));
          b.write(port.requests, field.address, beats);
        });
        const tile = b.addi(b.muli(group, b.index(parts)), part);
        const [y = b.float(0)] = b.choose(
          isBelow(b, tile, head.tiles),
          [f32],
          () => [passOn(b, port)],
          () => [b.float(0)],
        );
        const beat = shiftIn(b, words, { row, width: beatWords, value: y });
        const isWhole = all(b, isLast(b, part, parts), isLast(b, lane, pn));
        b.when(all(b, isWhole, isBelow(b, row, field.logitRows)), () => {
          const bytes = vectorType(beatBytes, i8);
          b.write(
            port.beats,
            b.vectorCast(
              b.vector(
                beat.map((word) => b.bitcast(word, i32)),
                i32,
              ),
              bytes,
            ),
          );
        });
      });
    },
  });
}

function passOn(b: LoopBuilder, port: Readonly<Record<"y" | "passed", Value>>): Value {
  const y = b.read(port.y);
  b.write(port.passed, y);
  return y;
}

/** A row's last `width` values, this one included, oldest first. */
function shiftIn(
  b: LoopBuilder,
  words: Value,
  { row, width, value }: { readonly row: Value; readonly width: number; readonly value: Value },
): readonly Value[] {
  const older = Array.from({ length: width - 1 }, (_, place) => b.load(words, row, place + 1));
  const all = [...older, value];
  all.forEach((word, place) => {
    b.store(word, words, row, place);
  });
  return all;
}
