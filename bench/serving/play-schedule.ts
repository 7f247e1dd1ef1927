import {
  type Device,
  Engine,
  HostStore,
  type KvPort,
  type ServingRequest,
} from "../../runtime-host/index.ts";
import { Choices } from "../fuzz/choices.ts";
import { ScheduleWatch, type Tally } from "./exercised.ts";
import type { Schedule } from "./random-schedule.ts";

/** Tokens of every answer of every request. */
type Answers = ReadonlyMap<string, readonly (readonly number[])[]>;

/** A bug that a schedule brought to light. */
class ScheduleFailure extends Error {}

/** Plays a schedule; the blocks are checked around each step, and nothing may be left at the end. */
export async function playSchedule(
  devices: readonly Device[],
  schedule: Schedule,
  { tally, seed }: { readonly tally: Tally; readonly seed: number },
): Promise<Answers> {
  const { requests, arrivals, aborts, options, hostBlocks, damagedPercent } = schedule;
  const store = new HostStore({ prefixBlocks: hostBlocks, swapBlocks: 40 });
  const damage = new Choices(seed + 1);
  const damaged = devices.map((device) => damagingDevice(device, damage, damagedPercent));
  const engine = new Engine(damaged, { ...options, store });
  const watch = new ScheduleWatch(tally, schedule);
  const answers = new Map(
    requests.map(({ id, n = 1 }) => [id, Array.from({ length: n }, (): number[] => [])] as const),
  );
  for (let step = 0; step < 20_000; step++) {
    requests.forEach((request, i) => {
      if (arrivals[i] === step) take(engine, request, { answers, watch });
    });
    for (const [id, when] of aborts) if (when === step) engine.abort(id);
    const isOver = !(await playStep(engine, watch)) && arrivals.every((when) => when <= step);
    if (!isOver) continue;
    checkEnd(engine);
    watch.end(engine.load, answers);
    return answers;
  }
  throw new ScheduleFailure("the engine does not come to an end");
}

function take(
  engine: Engine,
  request: ServingRequest,
  { answers, watch }: { readonly answers: ReadonlyMap<string, number[][]>; readonly watch: ScheduleWatch },
): void {
  const added = engine.add(request, {
    onToken: (sample, { token }) => {
      answers.get(request.id)?.[sample]?.push(token);
      return "go on";
    },
    onFinish: (_, reason, [first]) => {
      if (reason === "error") throw new ScheduleFailure(first?.message);
      if (reason === "abort") watch.left();
    },
  });
  if (added.kind === "error") throw new ScheduleFailure(added.diagnostics[0]?.message);
}

/** Whether there was anything to do. */
async function playStep(engine: Engine, watch: ScheduleWatch): Promise<boolean> {
  engine.check();
  const record = await engine.step();
  engine.check();
  if (record !== undefined) watch.step(record, engine.load);
  return record !== undefined;
}

function checkEnd(engine: Engine): void {
  const { freeBlocks, blocks, host } = engine.load;
  if (!engine.isIdle) throw new ScheduleFailure("the engine stands still with requests in it");
  if (freeBlocks !== blocks) throw new ScheduleFailure(`${String(blocks - freeBlocks)} blocks are lost`);
  if (host.swapBlocks !== 0) throw new ScheduleFailure("the host keeps blocks of sequences that are over");
}

/** The device, whose blocks are damaged now and then after they were taken out: in the host's memory. */
function damagingDevice(device: Device, choices: Choices, percent: number): Device {
  const { kv } = device;
  const port: KvPort | undefined = kv && {
    format: kv.format,
    writeBlock: (block, bytes) => kv.writeBlock(block, bytes),
    readBlock: async (block) => {
      const read = await kv.readBlock(block);
      if (read.kind === "ok" && choices.chance(percent)) {
        const { value } = read;
        const byte = choices.below(value.length);
        setImmediate(() => {
          value[byte] = (value[byte] ?? 0) ^ 1; // sealed by now
        });
      }
      return read;
    },
  };
  return {
    capabilities: device.capabilities,
    kv: port,
    step: (rows) => device.step(rows),
    close: () => device.close(),
  };
}

/** A device with fewer blocks and rows than it has. */
export function smallerDevice(device: Device, blocks: number): Device {
  return {
    capabilities: { ...device.capabilities, blocks },
    kv: device.kv,
    step: (rows) => device.step(rows),
    close: () => device.close(),
  };
}

/** What is wrong with the answers of a schedule; undefined: each request got what it gets alone, one that left the beginning of it. */
export async function firstWrongAnswer(
  { requests, aborts }: Schedule,
  together: Answers,
  alone: (request: ServingRequest) => Promise<Answers>,
): Promise<string | undefined> {
  for (const request of requests) {
    const expected = (await alone(request)).get(request.id) ?? [];
    const got = together.get(request.id) ?? [];
    for (const [sample, tokens] of expected.entries()) {
      const found = got[sample] ?? [];
      const wanted = aborts.has(request.id) ? tokens.slice(0, found.length) : tokens;
      if (found.join() !== wanted.join())
        return `${request.id}, answer ${String(sample)}: ${found.join()} instead of ${wanted.join()}`;
    }
  }
  return undefined;
}
