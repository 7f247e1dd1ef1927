import {
  createIntegerDecoder,
  createParallelDecoder,
  parsePrecision,
  quantizeTo,
  splitModel,
} from "../../frontend/index.ts";
import { at } from "../../ir/index.ts";
import { createReferenceDevice, type Device } from "../../runtime-host/index.ts";
import { takeValue } from "../rows/play-configuration.ts";
import { parametersOf, plainConfig, randomCheckpoint } from "../rows/random-checkpoint.ts";
import { Tally } from "./exercised.ts";
import { firstWrongAnswer, playSchedule } from "./play-schedule.ts";
import { aloneSchedule, randomSchedule, type ScheduleSpace } from "./random-schedule.ts";

const maxContext = 32;
const window = 11;
/** Two equal parts of everything, for tensor parallelism. */
const sizes = { hidden: 18, ffn: 22, vocab: 38 };

/** A model of less than 20,000 parameters: without and with a window, keys and values in 8 and 16 bits. */
const models = [undefined, window].flatMap((own) =>
  ([8, 16] as const).map((kv) => {
    const config = { ...plainConfig, ...sizes, layers: 1, window: own, maxContext };
    return {
      window: own,
      model: quantizeTo(randomCheckpoint(config, 5), takeValue(parsePrecision("w8a8", { kv }))),
    };
  }),
);

/** Parameters of a model that is played. */
export const PARAMETERS = parametersOf({ ...plainConfig, ...sizes, layers: 1 });

const space: Omit<ScheduleSpace, "window"> = {
  vocab: sizes.vocab,
  maxContext,
  mostRows: 12,
  mostSequences: 5,
  mostAccelerators: 3,
  mostRequests: 6,
  hasLogits: true,
};

/** Plays the schedule of a seed on the integer reference; what is wrong, undefined: nothing. */
export async function playReferenceSeed(seed: number, tally = new Tally()): Promise<string | undefined> {
  const chosen = at(models, seed % models.length);
  const { model } = chosen;
  const schedule = randomSchedule(seed, { ...space, window: chosen.window });
  const blockSize = [1, 2, 4, 8][(seed >>> 2) % 4] ?? 8;
  const split = seed % 3 === 0 ? splitModel(model, 2) : undefined;
  const open = (rows: number, sequences: number, spare: number): Device =>
    createReferenceDevice({
      openDecoder: () =>
        split === undefined || rows === 1 // whoever is alone is on one accelerator
          ? createIntegerDecoder(model, { blockSize })
          : createParallelDecoder(split, { blockSize }),
      rows,
      sequences,
      blocks: Math.ceil(maxContext / blockSize) + 1 + spare,
      blockSize,
      maxContext,
      vocab: space.vocab,
    });
  const devices = Array.from({ length: schedule.accelerators }, () =>
    open(schedule.rows, schedule.sequences, schedule.spare),
  );
  try {
    const together = await playSchedule(devices, schedule, { tally, seed });
    return await firstWrongAnswer(schedule, together, (request) =>
      playSchedule([open(1, 4, 0)], aloneSchedule(request), { tally: new Tally(), seed }),
    );
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
