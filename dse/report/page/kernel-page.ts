import { createOperatorLibrary } from "../../../backend-hls/index.ts";
import { at, CompilerBug } from "../../../ir/index.ts";
import type { Candidate } from "../../kernels/candidates.ts";
import { limitsAt } from "../../kernels/draft-kernel.ts";
import type { KernelExploration } from "../../kernels/explore-kernel.ts";
import { planRecipes } from "../../kernels/loop-recipe.ts";
import { kernelNames } from "../../kernels/nest-kernels.ts";
import { openLoops } from "../../kernels/optimize-loops.ts";
import { assemblePage } from "./assemble-page.ts";
import { dataflowDrawing } from "./dataflow-drawing.ts";
import { queuesOf } from "./queue-detail.ts";

/** Least cycles of a nest by the lanes of two of its loops, in closed form. */
interface TileMap {
  readonly nest: string;
  readonly across: string;
  readonly down: string;
  readonly cells: readonly { readonly x: number; readonly y: number; readonly cycles: number }[];
}

/** The page of an exploration of a kernel; `report` is what {@link kernelReport} made. */
export function kernelPage(
  report: Readonly<Record<string, unknown>>,
  exploration: KernelExploration,
): string {
  const { request, points, chosen } = exploration;
  const { device, functionName } = request;
  const { evaluation } = at(points, chosen);
  const planned = planRecipes(request, evaluation?.recipes ?? []);
  if (planned.kind === "error") throw new CompilerBug("a planned design cannot be planned again");
  return assemblePage("kernel", {
    title: `${functionName} on ${device.name}`,
    report,
    device,
    detail: { maps: tileMaps(exploration) },
    dataflow: dataflowDrawing(queuesOf(planned.value.network)),
  });
}

/** A map for each nest that has lanes in more than one loop; loops are named as in the tables. */
function tileMaps({ request, points, chosen }: KernelExploration): readonly TileMap[] {
  const { module, functionName, device, clockMhz, schedule } = request;
  const { budget } = at(points, chosen);
  const library = createOperatorLibrary(device.family, clockMhz);
  const open = openLoops(module, functionName, { library, limits: limitsAt(request, budget), schedule });
  if (open.kind === "error") return [];
  const { nests } = open.value;
  const names = kernelNames(nests.map(({ nest }) => nest));
  return nests.flatMap(({ candidates, nest }, index): readonly TileMap[] => {
    const [down, across] = widestLoops(candidates);
    if (down === undefined || across === undefined) return [];
    const dim = (place: number): string => at(nest.loops, place).counter.name;
    return [
      {
        nest: at(names, index),
        across: dim(across),
        down: dim(down),
        cells: leastByLanes(candidates, down, across),
      },
    ];
  });
}

/** The two loops with the most different numbers of lanes, the outer one first. */
function widestLoops(candidates: readonly Candidate[]): readonly number[] {
  const places = (candidates[0]?.lanes ?? []).map((_, place) => place);
  const kinds = (place: number): number => new Set(candidates.map(({ lanes }) => lanes[place])).size;
  return places
    .filter((place) => kinds(place) > 1)
    .toSorted((a, b) => kinds(b) - kinds(a) || a - b)
    .slice(0, 2)
    .toSorted((a, b) => a - b);
}

function leastByLanes(candidates: readonly Candidate[], down: number, across: number): TileMap["cells"] {
  const least = new Map<string, { x: number; y: number; cycles: number }>();
  for (const { lanes, cycles } of candidates) {
    const [x, y] = [at(lanes, across), at(lanes, down)];
    const key = `${String(x)} ${String(y)}`;
    const known = least.get(key);
    if (known === undefined || cycles < known.cycles) least.set(key, { x, y, cycles });
  }
  return [...least.values()].toSorted((a, b) => a.y - b.y || a.x - b.x);
}
