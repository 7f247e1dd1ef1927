import { existsSync } from "node:fs";
import { join } from "node:path";
import { type FoundTokenizer, quantizeModel, splitProblem } from "../../frontend/index.ts";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { type Device, restartableDevice, type ServedModel } from "../../runtime-host/index.ts";
import { type CompiledBuild, readBuildFolder } from "../build-folder/read-build-folder.ts";
import type { OpenedEngine } from "../engines/opened-engine.ts";
import { openSoftwareEngine } from "../engines/software-engine.ts";
import { compilePrepared } from "../jobs/compile-model.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import { describeModel } from "../jobs/model-shape.ts";
import { openBuild } from "../jobs/open-build.ts";
import { type PreparedModel, prepareModel } from "../jobs/prepare.ts";
import { refuseHardwareOptions } from "../jobs/refuse-hardware-options.ts";
import { openTokenizer } from "../jobs/simulate-build.ts";
import { type Hardware, ownHardware } from "../rtl-engine.ts";
import type { ModelShape } from "../schemas/manifest.ts";
import { readChatTemplate } from "./chat-template.ts";
import { buildIsWhole, notSplittable } from "./diagnostics.ts";
import type { ServeOptions } from "./serve-options.ts";

/** Accelerators that are open, and the model as a server shows it. */
export interface OpenedForServing {
  /** All of one kind; tensor parallel ones count as one. */
  readonly engines: readonly OpenedEngine[];
  readonly model: Omit<ServedModel, "created">;
  readonly shape: ModelShape;
}

/** Opens a model folder, or a build folder on the simulator. A model without tokenizer cannot be served. */
export async function openServed(
  path: string,
  options: ServeOptions,
  watch: JobWatch,
  hardware: Hardware = ownHardware,
): Promise<Result<OpenedForServing>> {
  return existsSync(join(path, "manifest.json"))
    ? openBuilt(path, options, watch, hardware)
    : openModel(path, options, watch, hardware);
}

async function openModel(
  path: string,
  options: ServeOptions,
  watch: JobWatch,
  hardware: Hardware,
): Promise<Result<OpenedForServing>> {
  const refused = refuseHardwareOptions(options.engine, options);
  if (refused !== undefined) return refused;
  const prepared = prepareModel(path, options.engine, options);
  if (prepared.kind === "error") return prepared;
  const { model, maxContext } = prepared.value;
  const { id, config } = model.checkpoint;
  const text = textOf(model.tokenizer, options);
  if (text.kind === "error") return text;
  const engines = await openEngines(prepared.value, options, watch, hardware);
  if (engines.kind === "error") return engines;
  const served = { id, ...text.value, maxContext, stopIds: config.eosIds };
  return ok({ engines: engines.value, model: served, shape: describeModel(model.checkpoint) });
}

async function openEngines(
  prepared: PreparedModel,
  options: ServeOptions,
  watch: JobWatch,
  hardware: Hardware,
): Promise<Result<readonly OpenedEngine[]>> {
  const { engine } = options;
  if (engine !== "rtl") return openSoftware(engine, prepared, options);
  const parts = partsOf(options);
  const build = await compilePrepared(prepared, { ...options, parts, emitIr: false }, watch, hardware);
  return build.kind === "error" ? build : openBuilds(build.value, options, watch, hardware);
}

/** Accelerators that share the model. */
function partsOf({ accelerators, parallel }: Pick<ServeOptions, "accelerators" | "parallel">): number {
  return parallel === "tensor" ? accelerators : 1;
}

function openSoftware(
  engine: "reference" | "f32",
  { model: { checkpoint }, formats, maxContext }: PreparedModel,
  { accelerators, parallel, ...options }: ServeOptions,
): Result<readonly OpenedEngine[]> {
  const shape = { ...options, maxContext };
  const open = (parts: number): OpenedEngine =>
    openSoftwareEngine(engine, checkpoint, formats, { ...shape, parts });
  if (parallel === "data") return ok(Array.from({ length: accelerators }, () => open(1)));
  const problem =
    engine === "f32"
      ? "float sums have an order, its parts cannot be added apart"
      : splitProblem(quantizeModel(checkpoint), accelerators);
  if (problem === undefined) return ok([open(accelerators)]);
  return fail(notSplittable(builtSpan("--accelerators"), { accelerators, problem }));
}

/** So many simulations of one build, or one of all accelerators that share the model, each of which begins anew where it dies. */
async function openBuilds(
  build: CompiledBuild,
  options: ServeOptions,
  watch: JobWatch,
  hardware: Hardware,
): Promise<Result<readonly OpenedEngine[]>> {
  const engines: OpenedEngine[] = [];
  const reopen = async (): Promise<Result<Device>> => {
    const again = await openBuild(build, options, {}, hardware);
    return again.kind === "error" ? again : ok(again.value.device);
  };
  for (let n = 0; n < options.accelerators / partsOf(options); n++) {
    const opened = await openBuild(build, options, n === 0 ? watch : {}, hardware);
    if (opened.kind === "error") {
      for (const { device } of engines) await device.close();
      return opened;
    }
    engines.push({ ...opened.value, device: restartableDevice(opened.value.device, reopen) });
  }
  return ok(engines);
}

async function openBuilt(
  path: string,
  options: ServeOptions,
  watch: JobWatch,
  hardware: Hardware,
): Promise<Result<OpenedForServing>> {
  const build = readBuildFolder(path);
  if (build.kind === "error") return build;
  const tokenizer = openTokenizer(path, build.value);
  if (tokenizer.kind === "error") return tokenizer;
  const text = textOf(tokenizer.value, options);
  if (text.kind === "error") return text;
  if (partsOf(options) > 1) return fail(buildIsWhole(builtSpan("--parallel"), {}));
  const engines = await openBuilds(build.value, options, watch, hardware);
  if (engines.kind === "error") return engines;
  const { model, design } = build.value.manifest;
  const served = { id: model.id, ...text.value, maxContext: design.max_context, stopIds: model.eos_ids };
  return ok({ engines: engines.value, model: served, shape: model });
}

type ServedText = Pick<ServedModel, "codec" | "chatTemplate">;

function textOf(found: FoundTokenizer, { chatTemplate: file }: ServeOptions): Result<ServedText> {
  if (found.kind === "absent") return fail(found.reason);
  const template = readChatTemplate(found, file);
  return template.kind === "error" ? template : ok({ codec: found.tokenizer, chatTemplate: template.value });
}
