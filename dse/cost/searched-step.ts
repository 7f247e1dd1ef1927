import {
  type ArrayCommand,
  type EstimatedDesign,
  emittingRows,
  fetchedPositions,
  firstArrayCommands,
  type Row,
} from "../../backend-hls/index.ts";
import { at, type MemoryParameters, peakBeatsPerCycle } from "../../ir/index.ts";
import { timingsOf, timingTable } from "./kernel-timing.ts";
import { headCycles, type StepEnd, tailCycles } from "./step-cycles.ts";

/** Matrices of a layer: queries with keys and values, attention's output, gate with up, down. */
const MATRICES = 4;

/** A layer as the replay of the first ones shows it. */
interface SeenLayer {
  readonly cycles: number;
  /** Cycles in which the array waited for weights. */
  readonly starved: number;
}

/**
 * Cycles of a step in closed form over its layers and words: the first layers of the schedule are replayed until every kind of
 * layer has been seen behind another one, all others take what theirs took. Keys and values that were fetched for later layers
 * are not fetched at the end: where the array waited for weights it waits that much less. The head follows from its tiles.
 * `start` is the cycle since reset in which the step begins: DRAM is refreshed by it.
 */
export function searchedStep(
  design: EstimatedDesign,
  rows: readonly Row[],
  memory: MemoryParameters,
  start = 0,
): number {
  const { windows } = design.plan.model;
  const seen = layersToSee(windows);
  const commands = firstArrayCommands(design, rows, { memory, count: MATRICES * seen + 1, start });
  const layers = Array.from({ length: seen }, (_, layer): SeenLayer => {
    const own = commands.slice(MATRICES * layer, MATRICES * (layer + 1));
    const before = layer === 0 ? 0 : at(commands, MATRICES * layer - 1).lastBeat;
    return {
      cycles: at(own, MATRICES - 1).lastBeat - before,
      starved: own.reduce((sum, { starved }) => sum + starved, 0),
    };
  });
  const likeness = (layer: number): SeenLayer => at(layers, likeOf(windows, layer, seen));
  const rest = windows.slice(seen).map((_, index) => likeness(seen + index));
  const cycles = [...layers, ...rest].reduce((sum, layer) => sum + layer.cycles, 0);
  const ahead = fetchedAhead(design, rows, commands.at(-1)?.traffic.get("kv") ?? 0, seen);
  const saved = savedAtTheEnd(ahead, rest, memory);
  return Math.round(cycles - saved + endOf(design, rows, { memory, lead: leadOf(commands) }));
}

/** From a result for the residual stream to the normed one in the array: before the last layer's first matrix, else before its third. */
function leadOf(commands: readonly ArrayCommand[]): number {
  const { taken, firstBeat } = at(commands, commands.length > MATRICES + 1 ? MATRICES : 2);
  return firstBeat - taken;
}

/** Layers up to the one behind which every kind of window has been seen behind another layer. */
function layersToSee(windows: readonly (number | undefined)[]): number {
  const kinds = new Set(windows.slice(1));
  const firsts = [...kinds].map((kind) => windows.indexOf(kind, 1));
  return 1 + Math.max(0, ...firsts);
}

/** The seen layer with the same window, not the first one: that one loads what the step begins with. */
function likeOf(windows: readonly (number | undefined)[], layer: number, seen: number): number {
  const like = windows.indexOf(windows[layer], 1);
  return like >= 0 && like < seen ? like : seen - 1;
}

/** Beats of keys and values that later layers need, from the first layer that was not seen on, less those that are there already. */
function fetchedAhead(
  { plan, layout }: EstimatedDesign,
  rows: readonly Row[],
  fetched: number,
  seen: number,
): { readonly beats: number; readonly needed: readonly number[] } {
  const record = layout.strides.record / plan.beatBytes;
  const beatsOf = plan.model.windows.map((window) => record * fetchedPositions(rows, window));
  const sum = beatsOf.slice(0, seen).reduce((total, beats) => total + beats, 0);
  return { beats: Math.max(0, fetched - sum), needed: beatsOf.slice(seen) };
}

/** What the last layers do not wait for. */
function savedAtTheEnd(
  { beats, needed }: ReturnType<typeof fetchedAhead>,
  rest: readonly SeenLayer[],
  memory: MemoryParameters,
): number {
  const peak = peakBeatsPerCycle(memory);
  let left = beats;
  let saved = 0;
  for (let index = rest.length - 1; index >= 0 && left > 0; index--) {
    const spared = Math.min(left, needed[index] ?? 0);
    saved += Math.min(spared / peak, at(rest, index).starved);
    left -= spared;
  }
  return saved;
}

/** From the last layer's last beat to the end of the step. */
function endOf(
  { plan, network }: EstimatedDesign,
  rows: readonly Row[],
  seen: Pick<StepEnd, "memory" | "lead">,
): number {
  const timings = timingsOf(timingTable(network));
  const emitted = emittingRows(rows.map(({ emit }) => emit)).rows.length;
  return emitted === 0 ? tailCycles({ timings }) : headCycles({ plan, timings, ...seen }, emitted);
}
