import { loadDevice } from "../../backend-hls/index.ts";
import { compileDesign } from "../../cli/index.ts";
import { parsePrecision, quantizeTo } from "../../frontend/index.ts";
import { at } from "../../ir/index.ts";
import type { Device } from "../../runtime-host/index.ts";
import { deviceFor, takeValue } from "../rows/play-configuration.ts";
import { parametersOf, plainConfig, randomCheckpoint } from "../rows/random-checkpoint.ts";
import { Tally } from "./exercised.ts";
import { firstWrongAnswer, playSchedule, smallerDevice } from "./play-schedule.ts";
import { aloneSchedule, randomSchedule } from "./random-schedule.ts";

const [maxContext, sequences] = [32, 4];
const array = { pn: 2, pk: 4, pt: 2, rows: 6, outputs: { candidates: 3, logits: true } };

const config = { ...plainConfig, layers: 1, maxContext };

/** Parameters of each model. */
export const RTL_PARAMETERS = parametersOf(config);

/** What is compiled: without and with a window, keys and values in 8 and 16 bits, blocks of several sizes. */
const VARIANTS = [
  { kv: 8, window: 11, blockSize: 4 },
  { kv: 16, window: 11, blockSize: 2 },
  { kv: 8, window: undefined, blockSize: 8 },
  { kv: 16, window: undefined, blockSize: 4 },
] as const;

type Variant = (typeof VARIANTS)[number];

/** Seeds of the random pauses of each machine's memory; undefined: a memory without. */
const BACK_PRESSURE = [7, undefined, 23] as const;

/** A model on simulated hardware that schedules are played on, one after another; a variant is compiled when it is first needed. */
export class RtlSchedules {
  readonly #hardware = new Map<Variant, Promise<Hardware>>();

  /** Plays the schedule of a seed; what is wrong, undefined: nothing. */
  async play(seed: number, tally = new Tally()): Promise<string | undefined> {
    const variant = at(VARIANTS, seed % VARIANTS.length);
    const opened = this.#hardware.get(variant) ?? openVariant(variant);
    this.#hardware.set(variant, opened);
    const { machines, reference, vocab } = await opened;
    const { window, blockSize, kv } = variant;
    const schedule = randomSchedule(seed, {
      ...{ vocab, maxContext, window },
      ...{ mostRows: array.rows, mostSequences: sequences, mostAccelerators: 3, mostRequests: 5 },
      hasLogits: true,
    });
    const blocks = Math.ceil(maxContext / blockSize) + 1 + schedule.spare;
    const used = Array.from({ length: schedule.accelerators }, (_, n) => {
      const which = (seed + n) % machines.length;
      const memory = BACK_PRESSURE[which] === undefined ? "memory that never pauses" : "back-pressure";
      const names = [`steps with kv${String(kv)}`, `steps with ${memory}`];
      return smallerDevice(countingDevice(at(machines, which), tally, names), blocks);
    });
    try {
      const together = await playSchedule(used, schedule, { tally, seed });
      return await firstWrongAnswer(schedule, together, (request) =>
        playSchedule([reference], aloneSchedule(request), { tally: new Tally(), seed }),
      );
    } catch (error) {
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
  }

  /** Lets the machines go. */
  async close(): Promise<void> {
    for (const opened of this.#hardware.values())
      for (const machine of (await opened).machines) await machine.close();
  }
}

interface Hardware {
  readonly machines: readonly Device[];
  /** The integer reference of the same model. */
  readonly reference: Device;
  readonly vocab: number;
}

async function openVariant({ kv, window, blockSize }: Variant): Promise<Hardware> {
  const checkpoint = randomCheckpoint({ ...config, window }, 5);
  const quantized = quantizeTo(checkpoint, takeValue(parsePrecision("w8a8", { kv })));
  const device = deviceFor(takeValue(loadDevice("ref64")), array);
  const design = takeValue(
    compileDesign({ checkpoint, quantized, device, array, blockSize, maxContext, sequences }),
  );
  const machines: Device[] = [];
  for (const backPressure of BACK_PRESSURE)
    machines.push(takeValue(await design.open({ simulator: "embedded", backPressure })));
  return { machines, reference: design.openReference(), vocab: checkpoint.config.vocab };
}

/** The device, each of whose steps is counted under these names. */
function countingDevice(device: Device, tally: Tally, names: readonly string[]): Device {
  return {
    capabilities: device.capabilities,
    kv: device.kv,
    step: (rows) => {
      for (const name of names) tally.count(name);
      return device.step(rows);
    },
    close: () => device.close(),
  };
}
