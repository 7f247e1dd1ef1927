import type { Command } from "commander";
import { z } from "zod";
import { fail, ok, type Result } from "../../ir/index.ts";
import { positiveInteger } from "../options/words.ts";
import type { BenchRow } from "../schemas/bench.ts";
import type { Session } from "../verb.ts";
import { defineBench } from "./define-bench.ts";
import { measureKernel } from "./estimator/measure-kernel.ts";
import { measureModel } from "./estimator/measure-model.ts";
import { type ErrorSummary, errorOf, errorsOf, type MeasuredPoint } from "./estimator/measured-point.ts";
import { type EstimatedHardware, estimatedHardware } from "./estimator/points.ts";

const input = z.object({
  every: positiveInteger,
  only: z.enum(["kernel", "model"]).optional(),
});

/** Both estimates against the hardware in the embedded simulator, over 200 points. */
export const estimator = defineBench({
  name: "estimator",
  summary: "Cycles by the search's closed form and by replay against RTL: 80 kernels, 120 steps of models",
  declare: (command: Command) => {
    command
      .option("--every <n>", "only every n-th piece of hardware, from the first", "1")
      .option("--only <kind>", "only kernels (kernel) or only models (model)");
  },
  input,
  run: async ({ every, only }, session) => {
    const all = estimatedHardware();
    if (all.kind === "error") return all;
    const chosen = all.value.filter(({ kind }, index) => index % every === 0 && (only ?? kind) === kind);
    const points = await measureAll(chosen, session);
    if (points.kind === "error") return points;
    const kinds = ["search", "replay"] as const;
    const [search, replay] = kinds.map((kind) => errorsOf(points.value, kind));
    if (search !== undefined) session.output.line(tellErrors("search", search, points.value.length));
    if (replay !== undefined) session.output.line(tellErrors("replay", replay, points.value.length));
    session.output.line(tellTimes(points.value));
    return ok({ rows: points.value.map(tableRow), summary: { points: points.value.length, search, replay } });
  },
});

async function measureAll(
  hardware: readonly EstimatedHardware[],
  session: Session,
): Promise<Result<readonly MeasuredPoint[]>> {
  const points: MeasuredPoint[] = [];
  session.output.line(header());
  for (const [index, design] of hardware.entries()) {
    session.signal.throwIfAborted();
    if (session.output.live) session.output.line(`${String(index + 1)} of ${String(hardware.length)}`);
    const found = design.kind === "kernel" ? await measureKernel(design) : await measureModel(design);
    if (found.kind === "error") return fail(...found.diagnostics);
    for (const point of found.value) {
      points.push(point);
      session.output.line(tell(point));
    }
  }
  return ok(points);
}

function tableRow(point: MeasuredPoint): BenchRow {
  return {
    name: point.name,
    cycles: point.rtl,
    search: point.search,
    replay: point.replay,
    search_error: errorOf(point, "search"),
    replay_error: errorOf(point, "replay"),
  };
}

function header(): string {
  return `${"RTL".padStart(8)} ${"replay".padStart(8)} ${"error".padStart(8)} ${"search".padStart(8)} ${"error".padStart(8)}`;
}

function tell(point: MeasuredPoint): string {
  const error = (which: "search" | "replay"): string =>
    `${(100 * errorOf(point, which)).toFixed(2)} %`.padStart(8);
  const counts = [point.rtl, point.replay].map((count) => String(count).padStart(8)).join(" ");
  return `${counts} ${error("replay")} ${String(point.search).padStart(8)} ${error("search")}  ${point.name}`;
}

function tellErrors(name: string, { max, geomean, exact }: ErrorSummary, count: number): string {
  const percent = (fraction: number): string => `${(100 * fraction).toFixed(3)} %`;
  return `${name}: ${String(count)} points, ${String(exact)} to the cycle, at most ${percent(max)} off, geometric mean ${percent(geomean)}`;
}

/** How long each took, on this machine; of the hardware without building its simulation. */
function tellTimes(points: readonly MeasuredPoint[]): string {
  const seconds = (["rtl", "replay", "search"] as const).map((which) => {
    const sum = points.reduce((total, { times }) => total + times[which], 0);
    return `${which} ${(sum / 1000).toFixed(1)} s`;
  });
  return `here: ${seconds.join(", ")}`;
}
