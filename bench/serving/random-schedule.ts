import type { EngineOptions, ServingRequest } from "../../runtime-host/index.ts";
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

/** The schedule of a seed: most of them are crowded: many requests at once with blocks for one of full length. */
export function randomSchedule(seed: number, space: ScheduleSpace): Schedule {
  const choices = new Choices(seed);
  const crowded = choices.chance(60);
  const few = (most: number): number => (crowded ? most : choices.between(1, most));
  const rows = choices.between(1, space.mostRows);
  const requests = Array.from({ length: few(space.mostRequests) }, (_, i) =>
    randomRequest(`r${String(i)}`, choices, { ...space, leastTokens: crowded ? 8 : 1 }),
  );
  const leaves = choices.chance(30) ? [choices.pick(requests).id] : [];
  return {
    requests,
    arrivals: requests.map(() => choices.below(crowded ? 2 : 8)),
    aborts: new Map(leaves.map((id) => [id, choices.below(12)])),
    options: {
      rows,
      sequences: few(space.mostSequences),
      chunk: choices.between(1, rows),
      policy: choices.pick(["fcfs", "priority"] as const),
      prefixCaching: choices.chance(70),
      preemption: choices.pick(["recompute", "swap"] as const),
      window: choices.chance(50) ? space.window : undefined,
    },
    accelerators: choices.between(1, crowded ? 2 : space.mostAccelerators),
    spare: crowded ? 0 : choices.below(4),
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
  { vocab, maxContext, hasLogits, leastTokens }: ScheduleSpace & { readonly leastTokens: number },
): ServingRequest {
  const shared = Array.from({ length: choices.below(maxContext / 3) }, (_, i) => (i * 7 + 3) % vocab);
  const own = Array.from({ length: choices.between(1, 7) }, () => choices.below(vocab));
  return {
    id,
    promptIds: [...shared, ...own],
    maxTokens: choices.between(leastTokens, 14),
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
