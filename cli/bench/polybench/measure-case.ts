import { builtSpan, CompilerBug, fail, type Result } from "../../../ir/index.ts";
import type { Session } from "../../verb.ts";
import { watchSession } from "../../verbs/tell-story.ts";
import { kernelFailed } from "../diagnostics.ts";
import { KeptResults } from "./kept-results.ts";
import { type KernelCase, type KernelMeasure, type MeasureScene, measureKernel } from "./measure-kernel.ts";
import { macRate, rowName } from "./table-row.ts";

/** Measures a kernel and tells of it; what takes long is taken from `kept` where it is there. */
export async function measureCase(
  each: KernelCase,
  session: Session,
  kept = new KeptResults(undefined),
): Promise<Result<KernelMeasure>> {
  session.signal.throwIfAborted();
  const measure = await measured(each, { watch: watchSession(session), kept });
  session.output.line(`${rowName(each).padEnd(34)} ${tell(measure)}`);
  return measure;
}

/** A compiler that gives up on one kernel does not end the table. */
async function measured(each: KernelCase, scene: MeasureScene): Promise<Result<KernelMeasure>> {
  try {
    return await measureKernel(each, scene);
  } catch (error) {
    if (!(error instanceof CompilerBug)) throw error;
    return fail(benchFailure(each, error));
  }
}

function benchFailure({ kernel }: KernelCase, { message }: CompilerBug) {
  return kernelFailed(builtSpan(kernel.name), { kernel: kernel.name, message });
}

function tell(measure: Result<KernelMeasure>): string {
  if (measure.kind === "error") return `not compiled: ${measure.diagnostics[0]?.message ?? ""}`;
  const { run, estimatedCycles, units, area } = measure.value;
  if (run === undefined) return `${String(estimatedCycles).padStart(10)} cycles by the plan`;
  const error = estimatedCycles - run.cycles;
  const built = Object.entries(units).map(([name, count]) => `${String(count)} ${name}`);
  const rate = `${macRate(measure.value).toFixed(2)} MAC/cycle/unit`;
  const estimate = error === 0 ? "as estimated" : `estimate ${error > 0 ? "+" : ""}${String(error)}`;
  return `${String(run.cycles).padStart(10)} cycles (${estimate}), ${rate}, ${built.join(" ")}${tellArea(area)}${run.matches_reference === true ? "" : ", WRONG"}`;
}

function tellArea(area: KernelMeasure["area"]): string {
  if (area === undefined) return "";
  const { dsp, lut, bram18 } = area.synthesized ?? area.estimated;
  const about = area.synthesized === undefined ? "about " : "";
  return `, ${about}${String(dsp)} DSP, ${String(lut)} LUT, ${String(bram18)} RAMB18`;
}
