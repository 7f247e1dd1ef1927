import { basename } from "node:path";
import { z } from "zod";
import { type DeviceFamily, designCells } from "../../../backend-hls/index.ts";
import { ok, parseModule, present, type Result } from "../../../ir/index.ts";
import { type SynthesisFamily, synthesize } from "../../../sim/index.ts";
import { contentOf, type GraphBuild } from "../../graph/compile-graph.ts";
import type { JobWatch } from "../../jobs/job-watch.ts";
import { HARDWARE_FILE } from "../../rtl/build-parts.ts";
import type { KeptResults } from "./kept-results.ts";

const areaSchema = z.object({ dsp: z.number(), lut: z.number(), bram18: z.number() });

/** Cells of a whole design. */
type KernelArea = z.infer<typeof areaSchema>;

/** What Yosys counts in a design, and what the compiler's own mapping says. */
export interface MeasuredArea {
  /** Absent where synthesis did not end in time. */
  readonly synthesized: KernelArea | undefined;
  readonly estimated: KernelArea;
}

/** Synthesis of one design is given up after this long, in ms; the estimate then stands alone. */
const SYNTHESIS_TIMEOUT = 20 * 60_000;

/** The area of a build by Yosys and by the estimate. */
export async function areaOf(
  build: GraphBuild,
  family: SynthesisFamily,
  { watch, kept }: { readonly watch: JobWatch; readonly kept: KeptResults },
): Promise<Result<MeasuredArea>> {
  const estimated = estimateOf(build, family);
  if (estimated.kind === "error") return estimated;
  let failure: Result<never> | undefined;
  const schema = z.object({ area: areaSchema.optional() });
  const causes = ["area", family, ...build.manifest.rtl.map(({ sha256 }) => sha256)];
  const { area } = await kept.get(
    { causes, schema },
    async () => {
      const found = await synthesizeInTime(build, family, watch);
      if (found.kind === "error") failure = found;
      return found.kind === "ok" && found.value !== undefined ? { area: found.value } : {};
    },
    () => failure === undefined,
  );
  return failure ?? ok({ synthesized: area, estimated: estimated.value });
}

/** Undefined when the time is over. */
async function synthesizeInTime(
  build: GraphBuild,
  family: SynthesisFamily,
  { signal, onProgress }: JobWatch,
): Promise<Result<KernelArea | undefined>> {
  onProgress?.(`synthesizing for ${family}`);
  const files = new Map(build.manifest.rtl.map(({ path }) => [basename(path), contentOf(build, path)]));
  const limit = AbortSignal.timeout(SYNTHESIS_TIMEOUT);
  const both = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  try {
    const report = await synthesize(files, build.manifest.top, family, { signal: both });
    if (report.kind === "ok") {
      const { dsp, lut, bram18 } = report.value.total;
      return ok({ dsp, lut, bram18 });
    }
    return limit.aborted ? ok(undefined) : report;
  } catch (error) {
    if (limit.aborted && signal?.aborted !== true) return ok(undefined);
    throw error;
  }
}

/** Cells by the compiler's own mapping of every module. */
function estimateOf(build: GraphBuild, family: DeviceFamily): Result<KernelArea> {
  const hardware = parseModule(contentOf(build, HARDWARE_FILE), HARDWARE_FILE);
  if (hardware.kind === "error") return hardware;
  const modules = [...present(hardware.value.regions[0], "the body of a module").block.ops];
  const { dsp, lut, bram18 } = designCells(modules, family).below(build.manifest.top);
  return ok({ dsp, lut, bram18 });
}
