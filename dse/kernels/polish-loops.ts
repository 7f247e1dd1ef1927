import { createOperatorLibrary, type Device, type GraphRequest } from "../../backend-hls/index.ts";
import { ok, type Result } from "../../ir/index.ts";
import { candidateKey, type UnitLimits } from "./candidates.ts";
import { type ChosenLoops, judge, planLoops } from "./choose-loops.ts";
import { replayLoops } from "./evaluate-kernel.ts";
import { closeLoops, openLoops } from "./optimize-loops.ts";

/** Designs that are planned and replayed. */
const TRIED = 8;

/** Lanes for each unit, at most: several lanes may take turns at a unit. */
const LANES_PER_UNIT = 4;

/** {@link planLoops}, and what the closed form holds for next best, lanes that share their units among it: the quickest by replay. */
export function polishLoops(
  request: GraphRequest & { readonly device: Device },
  limits: UnitLimits,
): Result<ChosenLoops> {
  const first = planLoops(request, limits);
  if (first.kind === "error") return first;
  let best = { chosen: first.value, cycles: cyclesOf(request, first.value) };
  const { module, functionName, device, clockMhz, schedule } = request;
  const library = createOperatorLibrary(device.family, clockMhz);
  const target = { library, limits, schedule, lanesPerUnit: LANES_PER_UNIT };
  const open = openLoops(module, functionName, target);
  if (open.kind === "error") return open;
  const avoided = new Map<number, Set<string>>();
  for (let round = 0; round < TRIED; round++) {
    const loops = closeLoops(open.value, avoided);
    const judged = loops.kind === "ok" ? judge(loops.value, request) : loops;
    if (judged.kind === "error") break;
    const cycles = cyclesOf(request, judged.value);
    if (cycles < best.cycles) best = { chosen: judged.value, cycles };
    const longest = longestNest(judged.value);
    if (longest === undefined) break;
    avoided.set(longest.nest, (avoided.get(longest.nest) ?? new Set<string>()).add(longest.key));
  }
  return ok(best.chosen);
}

function cyclesOf(request: GraphRequest & { readonly device: Device }, chosen: ChosenLoops): number {
  return replayLoops(request, chosen) ?? chosen.cycles;
}

/** The nest with the most cycles, and what tells its schedule from others. */
function longestNest({ choices }: ChosenLoops): { readonly nest: number; readonly key: string } | undefined {
  const cycles = choices.map(({ candidate }) => candidate?.cycles ?? 0);
  const nest = cycles.indexOf(Math.max(...cycles));
  const candidate = choices[nest]?.candidate;
  return candidate === undefined ? undefined : { nest, key: candidateKey(candidate) };
}
