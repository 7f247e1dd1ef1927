import { createIntegerDecoder, quantizeModel } from "../../frontend/index.ts";
import { createReferenceDevice, type Device } from "../../runtime-host/index.ts";
import { plainConfig, randomCheckpoint } from "../rows/random-checkpoint.ts";
import {
  aloneSchedule,
  type Exercised,
  firstWrongAnswer,
  nothingExercised,
  playSchedule,
  randomSchedule,
  type ScheduleSpace,
} from "./random-schedule.ts";

const maxContext = 32;
const window = 11;

/** A model of less than 20,000 parameters, once without and once with a window. */
const models = [undefined, window].map((own) =>
  quantizeModel(
    randomCheckpoint({ ...plainConfig, hidden: 18, ffn: 21, layers: 1, window: own, maxContext }, 5),
  ),
);

/** Parameters of a model that is played. */
export const PARAMETERS = 18 * 37 + 18 * 32 + 18 * 32 + 32 * 18 + 3 * 18 * 21 + 3 * 18;

const space: Omit<ScheduleSpace, "window"> = {
  vocab: plainConfig.vocab,
  maxContext,
  mostRows: 12,
  mostSequences: 5,
  mostAccelerators: 3,
  mostRequests: 6,
  hasLogits: true,
};

/** Plays the schedule of a seed on the integer reference; what is wrong, undefined: nothing. */
export async function playReferenceSeed(
  seed: number,
  exercised: Exercised = nothingExercised(),
): Promise<string | undefined> {
  const own = seed % 2 === 0 ? undefined : window;
  const model = models[seed % 2];
  if (model === undefined) throw new RangeError("there are two models");
  const schedule = randomSchedule(seed, { ...space, window: own });
  const blockSize = [1, 2, 4, 8][(seed >>> 1) % 4] ?? 8;
  const open = (rows: number, sequences: number, spare: number): Device =>
    createReferenceDevice({
      openDecoder: () => createIntegerDecoder(model, { blockSize }),
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
    const together = await playSchedule(devices, schedule, { exercised, seed });
    return await firstWrongAnswer(schedule, together, (request) =>
      playSchedule([open(1, 4, 0)], aloneSchedule(request), { exercised: nothingExercised(), seed }),
    );
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
