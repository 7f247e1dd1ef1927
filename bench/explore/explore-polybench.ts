import { chooseGraphDesign, loadDevice } from "../../backend-hls/index.ts";
import { compileReadGraph, parseGraph, simulateGraph } from "../../cli/index.ts";
import { exploreKernel, type KernelEvaluation, type KernelExploration } from "../../dse/index.ts";
import { at, type Result } from "../../ir/index.ts";
import type { PolybenchKernel, Size } from "../polybench/kernel.ts";

const DEVICE = "u280";
const CLOCK_MHZ = 300;
const ARRAYS = { "*": "ram" } as const;

/**
 * A kernel explored at medium size (figures and processor time), and the design that is chosen for it at mini size built from its
 * recipes and simulated: hardware of hundreds of lanes takes the simulator long at the size itself.
 */
export async function measureKernelExploration(kernel: PolybenchKernel, effort: number): Promise<string> {
  const began = process.cpuUsage().user;
  const { points, chosen, planned, space, bound } = await explore(kernel, "medium", effort);
  const seconds = (process.cpuUsage().user - began) / 1e6;
  const { evaluation, searched } = at(points, chosen);
  const { cycles = 0, cells, units = {} } = evaluation ?? {};
  const built = Object.entries(units).map(([name, count]) => `${String(count)} ${name}`);
  const errors = points.flatMap((point) =>
    point.evaluation?.evidence === "replayed" ? [Math.abs(point.searched / point.evaluation.cycles - 1)] : [],
  );
  return [
    `${kernel.name} on ${DEVICE}: ${String(cycles)} cycles (closed form ${String(searched)}), ${built.join(" ")}, DSP ${String(cells?.dsp)}, LUT ${String(cells?.lut)}, FF ${String(cells?.ff)}, BRAM18 ${String(cells?.bram18)}`,
    `  ${String(planned)} of ${String(points.length)} budgets planned, ${space.toExponential(1)} combinations of loops in closed form, ${(100 * (cycles / bound - 1)).toFixed(2)} % above the bound, search against replay at most ${(100 * Math.max(...errors)).toFixed(2)} %, ${seconds.toFixed(0)} s of processor`,
    `  ${await confirm(kernel)}`,
  ].join("\n");
}

async function explore(kernel: PolybenchKernel, size: Size, effort: number): Promise<KernelExploration> {
  const { module, functionName } = must(graphOf(kernel, size));
  const device = must(loadDevice(DEVICE));
  const explored = await exploreKernel({
    module,
    functionName,
    device,
    design: { ...must(chooseGraphDesign(module, device)), interfaces: ARRAYS },
    clockMhz: CLOCK_MHZ,
    schedule: "optimized",
    objective: "latency",
    units: {},
    seed: 0,
    effort,
    worth: 1.02,
  });
  return must(explored);
}

async function confirm(kernel: PolybenchKernel): Promise<string> {
  const { points, chosen } = await explore(kernel, "mini", 2);
  const { evaluation } = at(points, chosen);
  const cycles = await simulate(kernel, evaluation);
  return `in RTL at mini size: ${String(cycles)} cycles, replay ${String(evaluation?.cycles)}${cycles === evaluation?.cycles ? "" : ", DIFFERENT"}`;
}

async function simulate(kernel: PolybenchKernel, evaluation: KernelEvaluation | undefined): Promise<number> {
  const graph = must(graphOf(kernel, "mini"));
  const hardware = {
    device: DEVICE,
    clock: CLOCK_MHZ,
    schedule: "optimized",
    emitIr: false,
    verifyEach: false,
  } as const;
  const loops = { interface: ARRAYS, recipes: evaluation?.recipes };
  const build = must(await compileReadGraph(graph, { ...hardware, ...loops }, {}));
  const run = must(
    await simulateGraph(kernel.name, build, { simulator: "embedded", check: true, seed: 0 }, {}),
  );
  if (run.matches_reference !== true) throw new Error(`${kernel.name} differs from its reference`);
  return run.cycles;
}

function graphOf(kernel: PolybenchKernel, size: Size): ReturnType<typeof parseGraph> {
  return parseGraph(kernel.at(size).text("reassoc"), `${kernel.name}.mlir`, kernel.top);
}

function must<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(at(result.diagnostics, 0).message);
  return result.value;
}
