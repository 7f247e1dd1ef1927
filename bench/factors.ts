/**
 * The unroll factors that ScaleHLS and HIDA chose for their kernels, in this compiler's flow, beside this compiler's own loops within
 * the same float units: the factors are put on the loops of every nest where they serve best (order and place are this compiler's
 * choice), sums may be reordered, arrays are on chip. Cycles by replay, which is the hardware's to the cycle.
 *
 *     node bench/factors.ts [kernel…] > bench/results/factors.txt
 */
import { chooseGraphDesign, loadDevice } from "../backend-hls/index.ts";
import { type KernelExploreRequest, planLoops, polishLoops, replayLoops, unitsOf } from "../dse/index.ts";
import { at, parseModule, type Result } from "../ir/index.ts";
import { POLYBENCH } from "./polybench/kernels.ts";

/** Lanes that a published design has, and cycles from an iteration to the next. */
interface Published {
  readonly by: "ScaleHLS" | "HIDA";
  readonly kernel: string;
  readonly factors: readonly number[];
  readonly ii: number;
}

/** ScaleHLS: tiles and intervals of samples/polybench/*_4096_dse.cpp. HIDA: partition factors of samples/polybench/*.cpp, II = 1. */
const PUBLISHED: readonly Published[] = [
  { by: "ScaleHLS", kernel: "bicg", factors: [16, 8], ii: 43 },
  { by: "ScaleHLS", kernel: "gemm", factors: [8, 16], ii: 3 },
  { by: "ScaleHLS", kernel: "gesummv", factors: [8, 16], ii: 9 },
  { by: "ScaleHLS", kernel: "syr2k", factors: [8, 4, 4], ii: 8 },
  { by: "ScaleHLS", kernel: "syrk", factors: [64], ii: 3 },
  { by: "ScaleHLS", kernel: "trmm", factors: [4, 4, 32], ii: 13 },
  { by: "HIDA", kernel: "2mm", factors: [9, 2], ii: 1 },
  { by: "HIDA", kernel: "3mm", factors: [14, 21], ii: 1 },
  { by: "HIDA", kernel: "3mm", factors: [6, 2], ii: 1 },
  { by: "HIDA", kernel: "atax", factors: [41], ii: 1 },
  { by: "HIDA", kernel: "bicg", factors: [10, 26], ii: 1 },
  { by: "HIDA", kernel: "correlation", factors: [20], ii: 1 },
  { by: "HIDA", kernel: "gesummv", factors: [10, 2], ii: 1 },
  { by: "HIDA", kernel: "jacobi-2d", factors: [6, 4], ii: 1 },
  { by: "HIDA", kernel: "mvt", factors: [8, 2], ii: 1 },
  { by: "HIDA", kernel: "symm", factors: [16], ii: 1 },
  { by: "HIDA", kernel: "syr2k", factors: [16, 2], ii: 1 },
];

const DEVICE = "u280";
const wanted = process.argv.slice(2);
print(
  "node bench/factors.ts   (PolyBench medium, u280 at 300 MHz, arrays on chip, sums may be reordered; cycles from start to done)",
);
print(
  ["by", "kernel", "factors", "II", "mul+add", "cycles", "ours mul+add", "cycles", "theirs/ours"]
    .map(cell)
    .join(""),
);
const behind: Published[] = [];
for (const each of PUBLISHED) if (wanted.length === 0 || wanted.includes(each.kernel)) measure(each);
process.exitCode = behind.length > 0 ? 1 : 0;

function measure(each: Published): void {
  const { by, kernel, factors, ii } = each;
  const request = requestFor(kernel);
  const { built, theirs } = planPublished(request, factors, ii);
  const budget = unitsOf(theirs.choices);
  const ours = must(polishLoops(request, budget));
  const [a, b] = [cyclesOf(request, theirs), cyclesOf(request, ours)];
  const own = unitsOf(ours.choices);
  const isMore = Object.entries(own).some(([unit, count]) => count > (budget[unit] ?? 0));
  if (b > a || isMore) behind.push(each);
  print(
    [
      by,
      kernel,
      factors.join("x") + (built === factors ? "" : ` as ${built.join("x")}`),
      ii,
      unitsText(budget),
      a,
      unitsText(own),
      b,
      (a / b).toFixed(2),
    ]
      .map(cell)
      .join("") + (b > a || isMore ? "  BEHIND" : ""),
  );
}

/** The published factors as far as they can be built here: halved until every nest that has lanes at all takes them. */
function planPublished(
  request: KernelExploreRequest,
  factors: readonly number[],
  ii: number,
): { readonly built: readonly number[]; readonly theirs: ReturnType<typeof planned> } {
  const lanesOf: Parameters<typeof planLoops>[2] = ({ extents, serial, reductions, reassociates }) => {
    const isFree = (place: number): boolean => !serial.has(place) && (reassociates || !reductions.has(place));
    return placements(
      factors,
      extents.map((extent, place) => (isFree(place) ? extent : 1)),
    );
  };
  const free = planned(request, {}, lanesOf);
  const isLeft = free.choices.some(({ nest, candidate }) => candidate === undefined && nest.loops.length > 0);
  if (isLeft && factors.some((factor) => factor > 1))
    return planPublished(
      request,
      factors.map((factor) => Math.max(1, Math.floor(factor / 2))),
      ii,
    );
  if (ii === 1) return { built: factors, theirs: free };
  const shared = Object.entries(unitsOf(free.choices)).map(([unit, count]): [string, number] => [
    unit,
    Math.ceil(count / ii),
  ]);
  return { built: factors, theirs: planned(request, Object.fromEntries<number>(shared), lanesOf) };
}

function planned(...[request, limits, lanesOf]: Parameters<typeof planLoops>) {
  return must(planLoops(request, limits, lanesOf));
}

function cyclesOf(request: KernelExploreRequest, chosen: Parameters<typeof replayLoops>[1]): number {
  return replayLoops(request, chosen) ?? chosen.cycles;
}

/** Every way to put the factors on different loops, cut to what a loop has; one that finds no loop is left out. */
function placements(factors: readonly number[], extents: readonly number[]): readonly (readonly number[])[] {
  const [factor, ...rest] = factors;
  if (factor === undefined) return [extents.map(() => 1)];
  return placements(rest, extents).flatMap((lanes) => {
    const open = lanes.flatMap((count, place) => (count === 1 && at(extents, place) > 1 ? [place] : []));
    if (open.length === 0) return [lanes];
    return open.map((place) =>
      lanes.map((count, index) => (index === place ? Math.min(factor, at(extents, place)) : count)),
    );
  });
}

function requestFor(name: string): KernelExploreRequest {
  const kernel = POLYBENCH.find((each) => each.name === name);
  if (kernel === undefined) throw new Error(`there is no kernel ${name}`);
  const module = must(parseModule(kernel.at("medium").text("reassoc"), `${name}.mlir`));
  const functionName = kernel.top;
  const device = must(loadDevice(DEVICE));
  const design = { ...must(chooseGraphDesign(module, device)), interfaces: { "*": "ram" } as const };
  const loops = { module, functionName, design, device, clockMhz: 300, schedule: "optimized" } as const;
  return { ...loops, objective: "latency", units: {}, seed: 0, effort: 1, worth: 1 };
}

function unitsText(units: Readonly<Record<string, number>>): string {
  return `${String(units["mul"] ?? 0)}+${String(units["add"] ?? 0)}`;
}

function cell(value: string | number): string {
  return String(value).padStart(13);
}

function must<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(at(result.diagnostics, 0).message);
  return result.value;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
