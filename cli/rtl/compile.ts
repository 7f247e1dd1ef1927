import { type CompiledAccelerator, compileAccelerator } from "../../backend-hls/index.ts";
import { emitVerilog } from "../../backend-verilog/index.ts";
import { exploreDesigns, exploreReport, usualRequest } from "../../dse/index.ts";
import { at, type Diagnostic, fail, type Operation, ok, printModule, type Result } from "../../ir/index.ts";
import { CALIBRATION_TEXT_FILE, writeCalibrationText } from "../build-folder/calibration-text.ts";
import type { CompiledBuild } from "../build-folder/read-build-folder.ts";
import { type CalibratedNumbers, quantizeCalibrated } from "../engines/quantize-model.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import { kitFiles } from "../kit/kit-files.ts";
import type { CompileRequest } from "../rtl-engine.ts";
import { checkUpstream } from "../verify/check-upstream.ts";
import { modelShapeOf } from "../verify/subject.ts";
import { verifyBuild } from "../verify/verify-build.ts";
import { DEVICE_FILE, HARDWARE_FILE, weightsFile } from "./build-parts.ts";
import { emitLevels, hardwareModules } from "./emit-levels.ts";
import { goldenTokens } from "./golden.ts";
import { hardwarePrecision } from "./hardware-precision.ts";
import { locateLoops, loopComments } from "./locate-loops.ts";
import { LOOPS_FILE } from "./loops-file.ts";
import { describeBuild } from "./manifest.ts";
import { moduleHeaders } from "./module-headers.ts";
import { packParts } from "./pack-model.ts";
import { possibleDesign } from "./possible-design.ts";
import { acceleratorProgram } from "./program.ts";
import { reportLines, reportText } from "./report-text.ts";
import { RTL_INDEX, rtlIndex } from "./rtl-index.ts";
import { partOf } from "./shared-model.ts";
import { reportObject, stepReport } from "./step-report.ts";

/** Compiles a model: the build without tokenizer and manifest file. Same request, same bytes. */
export async function compileBuild(request: CompileRequest, watch: JobWatch): Promise<Result<CompiledBuild>> {
  const made = quantizeCalibrated(request.model, request.quantization, watch);
  if (made.kind === "error") return made;
  const { quantized } = made.value;
  const { maxContext, blockSize } = request;
  const precision = hardwarePrecision(quantized);
  const sizes = { maxContext, blockSize, precision };
  const model = partOf(modelShapeOf(request.model.checkpoint, sizes), request.parts ?? 1);
  const { device, clockMhz, schedule, outputs, sequences } = request;
  const possible = possibleDesign(request, quantized, model);
  if (possible.kind === "error") return possible;
  const { kvBits, rows, shape: given, seed } = request;
  const variant = { precision: request.precision, kvBits, model };
  const wishes = usualRequest({ device, variant, clockMhz, schedule, rows, shape: given, seed });
  const explored = await exploreDesigns(wishes, { signal: watch.signal });
  if (explored.kind === "error") return explored;
  watch.signal?.throwIfAborted();
  const shape = { ...at(explored.value.points, explored.value.chosen).design.shape, outputs };
  let loops = "";
  const locate = (scheduled: Operation): void => {
    loops = locateLoops(scheduled);
  };
  const compiled = compileAccelerator({ model, shape, device, clockMhz, schedule, sequences, locate });
  if (compiled.kind === "error") return compiled;
  watch.signal?.throwIfAborted();
  const images = packParts(quantized, compiled.value);
  const image = at(images, 0);
  const estimate = exploreReport(request.model.checkpoint.id, explored.value);
  const report = stepReport({ compiled: compiled.value, device, clockMhz, workload: wishes.workload });
  const files = new Map<string, string | Uint8Array>([
    ...writeVerilog(compiled.value, loops, request.comments ?? true),
    [RTL_INDEX, rtlIndex(compiled.value.network, loops)],
    [LOOPS_FILE, loops],
    ...images.map((content, part) => [weightsFile(part), content] as const),
    [ESTIMATE_FILE, `${JSON.stringify({ ...estimate, ...reportObject(report) }, undefined, 1)}\n`],
    [REPORT_FILE, reportText(`${request.model.checkpoint.id} on ${device.name}`, report)],
    [DEVICE_FILE, `${JSON.stringify(device, undefined, 1)}\n`],
    ...calibrationFiles(request, made.value),
    [
      HARDWARE_FILE,
      hardwareModules(compiled.value)
        .map((module) => printModule(module))
        .join("\n"),
    ],
  ]);
  const wrong = await addLevels(files, request, compiled.value);
  if (wrong.length > 0) return fail(...wrong);
  const golden = goldenTokens(quantized, model);
  const quantization = { ...request.quantization, precision: quantized.precision };
  const manifest = describeBuild({ ...request, quantization }, compiled.value, files, golden);
  const parts = { ...compiled.value, deviceFile: device, hardware: [], weights: image };
  const program = acceleratorProgram(manifest, parts);
  for (const [path, text] of kitFiles(manifest, program, { image, part: device.part })) files.set(path, text);
  const build = { manifest, files, notes: reportLines(report) };
  if (!request.verifyEach) return ok(build);
  const checks = await verifyBuild({ ...request.model, quantized }, compiled.value, request.seed, watch);
  return ok({ ...build, checks });
}

/** The model's own text need not be kept: it is told again. */
function calibrationFiles(
  { quantization: { calibrate } }: CompileRequest,
  { calibration }: CalibratedNumbers,
): readonly (readonly [string, string])[] {
  const isOwn = calibrate === undefined || calibration === undefined;
  return isOwn ? [] : [[CALIBRATION_TEXT_FILE, writeCalibrationText(calibration)]];
}

/** Adds every level for `--emit-ir`; what upstream's verifier says of them for that and `--verify-each`. */
async function addLevels(
  files: Map<string, string | Uint8Array>,
  { emitIr, verifyEach, model: { checkpoint } }: CompileRequest,
  compiled: CompiledAccelerator,
): Promise<readonly Diagnostic[]> {
  if (!emitIr && !verifyEach) return [];
  const { blockSize, maxContext } = compiled.plan.model;
  const shape = { blockSize, context: maxContext };
  const levels = emitLevels({ config: checkpoint.config, shape, compiled });
  if (emitIr) for (const [file, text] of levels) files.set(file, text);
  return checkUpstream(levels);
}

/** `hidalgo.explore/1`. */
const ESTIMATE_FILE = "estimate.json";

/** Where the cycles go, for people. */
const REPORT_FILE = "report.md";

function writeVerilog(
  { system, top, network }: CompiledAccelerator,
  loops: string,
  comments: boolean,
): readonly (readonly [string, string])[] {
  const options = comments
    ? { headers: moduleHeaders(network, loops), comment: loopComments(loops) }
    : { comment: () => "" };
  const texts = emitVerilog([...system.modules, top], options);
  return [...texts].map(([name, text]) => [`rtl/${name}`, text] as const).toSorted(byPath);
}

function byPath([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}
