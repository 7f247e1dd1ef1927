import { builtSpan, CompilerBug, fail, type Result } from "../../../ir/index.ts";
import type { Session } from "../../verb.ts";
import { watchSession } from "../../verbs/tell-story.ts";
import { kernelFailed } from "../diagnostics.ts";
import { type KernelCase, type KernelMeasure, measureKernel } from "./measure-kernel.ts";
import { macRate, rowName } from "./table-row.ts";

/** Measures a kernel and tells of it. */
export async function measureCase(each: KernelCase, session: Session): Promise<Result<KernelMeasure>> {
  session.signal.throwIfAborted();
  const measure = await measured(each, session);
  session.output.line(`${rowName(each).padEnd(34)} ${tell(measure)}`);
  return measure;
}

/** A compiler that gives up on one kernel does not end the table. */
async function measured(each: KernelCase, session: Session): Promise<Result<KernelMeasure>> {
  try {
    return await measureKernel(each, watchSession(session));
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
  const synthesized =
    area === undefined
      ? ""
      : `, ${String(area.dsp)} DSP, ${String(area.lut)} LUT, ${String(area.bram18)} RAMB18`;
  const rate = `${macRate(measure.value).toFixed(2)} MAC/cycle/unit`;
  const estimate = error === 0 ? "as estimated" : `estimate ${error > 0 ? "+" : ""}${String(error)}`;
  return `${String(run.cycles).padStart(10)} cycles (${estimate}), ${rate}, ${built.join(" ")}${synthesized}${run.matches_reference === true ? "" : ", WRONG"}`;
}
