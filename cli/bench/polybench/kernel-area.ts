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

const synthesisSchema = z.object({ area: areaSchema.optional() });

/** What came of a synthesis: no area where it did not end in time. */
type Synthesis = z.infer<typeof synthesisSchema>;

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
  const causes = ["area", family, ...build.manifest.rtl.map(({ sha256 }) => sha256)];
  const synthesized = await kept.get({ causes, schema: synthesisSchema }, () =>
    synthesizeInTime(build, family, watch),
  );
  if (synthesized.kind === "error") return synthesized;
  return ok({ synthesized: synthesized.value.area, estimated: estimated.value });
}

async function synthesizeInTime(
  build: GraphBuild,
  family: SynthesisFamily,
  { signal, onProgress }: JobWatch,
): Promise<Result<Synthesis>> {
  onProgress?.(`synthesizing for ${family}`);
  const files = new Map(build.manifest.rtl.map(({ path }) => [basename(path), contentOf(build, path)]));
  const limit = AbortSignal.timeout(SYNTHESIS_TIMEOUT);
  const both = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  try {
    const report = await synthesize(files, build.manifest.top, family, { signal: both });
    if (report.kind === "ok") {
      const { dsp, lut, bram18 } = report.value.total;
      return ok({ area: { dsp, lut, bram18 } });
    }
    return limit.aborted ? ok({}) : report;
  } catch (error) {
    if (limit.aborted && signal?.aborted !== true) return ok({});
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
