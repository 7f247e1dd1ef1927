import {
  type Device,
  Engine,
  type EngineOptions,
  HostStore,
  type KvPort,
  type ServingRequest,
} from "../../runtime-host/index.ts";
import { Choices } from "../fuzz/choices.ts";

/** Everything that may differ between two runs of the same requests. */
export interface Schedule {
  readonly requests: readonly ServingRequest[];
  /** By request: the step before which it comes. */
  readonly arrivals: readonly number[];
  /** Requests that leave, and before which step. */
  readonly aborts: ReadonlyMap<string, number>;
  readonly options: EngineOptions;
  readonly accelerators: number;
  /** KV blocks beyond what one request of full length needs. */
  readonly spare: number;
  readonly rows: number;
  readonly sequences: number;
  /** Prefix blocks that the host keeps. */
  readonly hostBlocks: number;
  /** Of a hundred blocks that the host keeps, how many are damaged there. */
  readonly damagedPercent: number;
}

/** What schedules are made for. */
export interface ScheduleSpace {
  readonly vocab: number;
  readonly maxContext: number;
  readonly mostRows: number;
  readonly mostSequences: number;
  readonly mostAccelerators: number;
  readonly mostRequests: number;
  /** The model's; undefined: none, and no block is given back early. */
  readonly window: number | undefined;
  /** What rows can be asked for beside greedy tokens. */
  readonly hasLogits: boolean;
}

/** The schedule of a seed. */
export function randomSchedule(seed: number, space: ScheduleSpace): Schedule {
  const choices = new Choices(seed);
  const rows = choices.between(1, space.mostRows);
  const requests = Array.from({ length: choices.between(1, space.mostRequests) }, (_, i) =>
    randomRequest(`r${String(i)}`, choices, space),
  );
  const leaves = choices.chance(30) ? [choices.pick(requests).id] : [];
  return {
    requests,
    arrivals: requests.map(() => choices.below(8)),
    aborts: new Map(leaves.map((id) => [id, choices.below(12)])),
    options: {
      rows,
      sequences: choices.between(1, space.mostSequences),
      chunk: choices.between(1, rows),
      policy: choices.pick(["fcfs", "priority"] as const),
      prefixCaching: choices.chance(70),
      preemption: choices.pick(["recompute", "swap"] as const),
      window: choices.chance(50) ? space.window : undefined,
    },
    accelerators: choices.between(1, space.mostAccelerators),
    spare: choices.below(4),
    rows,
    sequences: space.mostSequences,
    hostBlocks: choices.pick([0, 2, 100]),
    damagedPercent: choices.pick([0, 0, 40]),
  };
}

/** Prompts begin alike, so that blocks are shared. */
function randomRequest(
  id: string,
  choices: Choices,
  { vocab, maxContext, hasLogits }: ScheduleSpace,
): ServingRequest {
  const shared = Array.from({ length: choices.below(maxContext / 3) }, (_, i) => (i * 7 + 3) % vocab);
  const own = Array.from({ length: choices.between(1, 7) }, () => choices.below(vocab));
  return {
    id,
    promptIds: [...shared, ...own],
    maxTokens: choices.between(1, 14),
    stopIds: choices.chance(30) ? [choices.below(vocab)] : [],
    minTokens: hasLogits && choices.chance(30) ? 3 : 0,
    n: choices.pick([1, 1, 1, 2, 3]),
    priority: choices.below(4),
    cacheSalt: choices.pick(["", "", "other"]),
    sampling: {
      temperature: hasLogits ? choices.pick([0, 0.7, 1.5]) : 0,
      topK: choices.pick([undefined, 3]),
      topP: choices.pick([undefined, 0.8]),
      repetitionPenalty: hasLogits ? choices.pick([undefined, undefined, 1.3]) : undefined,
      seed: choices.below(1000),
    },
  };
}

/** Tokens of every answer of every request. */
type Answers = ReadonlyMap<string, readonly (readonly number[])[]>;

/** What was exercised, so that a bench can say that it was. */
export interface Exercised {
  steps: number;
  preempted: number;
  movedBlocks: number;
  hitTokens: number;
  refusedBlocks: number;
}

/** Nothing yet. */
export function nothingExercised(): Exercised {
  return { steps: 0, preempted: 0, movedBlocks: 0, hitTokens: 0, refusedBlocks: 0 };
}

/** A bug that a schedule brought to light. */
class ScheduleFailure extends Error {}

/** Plays a schedule; the blocks are checked behind each step, and nothing may be left at the end. */
export async function playSchedule(
  devices: readonly Device[],
  { requests, arrivals, aborts, options, hostBlocks, damagedPercent }: Schedule,
  { exercised, seed }: { readonly exercised: Exercised; readonly seed: number },
): Promise<Answers> {
  const store = new HostStore({ prefixBlocks: hostBlocks, swapBlocks: 40 });
  const damage = new Choices(seed + 1);
  const damaged = devices.map((device) => damagingDevice(device, damage, damagedPercent));
  const engine = new Engine(damaged, { ...options, store });
  const answers = new Map(
    requests.map(({ id, n = 1 }) => [id, Array.from({ length: n }, (): number[] => [])] as const),
  );
  for (let step = 0; step < 20_000; step++) {
    requests.forEach((request, i) => {
      if (arrivals[i] === step) take(engine, request, answers);
    });
    for (const [id, when] of aborts) if (when === step) engine.abort(id);
    const isOver = !(await playStep(engine, exercised)) && arrivals.every((when) => when <= step);
    if (!isOver) continue;
    checkEnd(engine, exercised);
    return answers;
  }
  throw new ScheduleFailure("the engine does not come to an end");
}

function take(engine: Engine, request: ServingRequest, answers: ReadonlyMap<string, number[][]>): void {
  const added = engine.add(request, {
    onToken: (sample, { token }) => {
      answers.get(request.id)?.[sample]?.push(token);
      return "go on";
    },
  });
  if (added.kind === "error") throw new ScheduleFailure(added.diagnostics[0]?.message);
}

/** Whether there was anything to do. */
async function playStep(engine: Engine, exercised: Exercised): Promise<boolean> {
  engine.check();
  const record = await engine.step();
  engine.check();
  if (record === undefined) return false;
  exercised.steps += 1;
  exercised.preempted += record.preempted;
  exercised.movedBlocks += record.moved.blocks;
  return true;
}

function checkEnd(engine: Engine, exercised: Exercised): void {
  const { freeBlocks, blocks, host, prefix } = engine.load;
  exercised.hitTokens += prefix.hit;
  exercised.refusedBlocks += host.refused;
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

/** The request by itself, with everything off. */
export function aloneSchedule(request: ServingRequest): Schedule {
  return {
    requests: [request],
    arrivals: [0],
    aborts: new Map(),
    options: { prefixCaching: false, sequences: 4 },
    accelerators: 1,
    spare: 0,
    rows: 1,
    sequences: 4,
    hostBlocks: 0,
    damagedPercent: 0,
  };
}
