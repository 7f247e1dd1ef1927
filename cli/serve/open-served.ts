import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { FoundTokenizer } from "../../frontend/index.ts";
import { fail, ok, type Result } from "../../ir/index.ts";
import type { ServedModel } from "../../runtime-host/index.ts";
import { readBuildFolder } from "../build-folder/read-build-folder.ts";
import type { OpenedEngine } from "../engines/opened-engine.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import { openBuild } from "../jobs/open-build.ts";
import { prepareModel } from "../jobs/prepare.ts";
import { openEngine, type RunOptions } from "../jobs/run-model.ts";
import { openTokenizer } from "../jobs/simulate-build.ts";
import { ownHardware } from "../rtl-engine.ts";

/** An engine that is open, and the model as a server shows it. */
export interface OpenedForServing {
  readonly engine: OpenedEngine;
  readonly model: Omit<ServedModel, "created">;
}

/** Opens a model folder, or a build folder on the simulator. A model without tokenizer cannot be served. */
export async function openServed(
  path: string,
  options: RunOptions,
  watch: JobWatch,
): Promise<Result<OpenedForServing>> {
  return existsSync(join(path, "manifest.json"))
    ? openBuilt(path, options, watch)
    : openModel(path, options, watch);
}

async function openModel(
  path: string,
  options: RunOptions,
  watch: JobWatch,
): Promise<Result<OpenedForServing>> {
  const prepared = prepareModel(path, options.engine, options);
  if (prepared.kind === "error") return prepared;
  const { model, maxContext } = prepared.value;
  const { id, config } = model.checkpoint;
  const text = textOf(model.tokenizer);
  if (text.kind === "error") return text;
  const engine = await openEngine(prepared.value, options, watch, ownHardware);
  if (engine.kind === "error") return engine;
  return ok({ engine: engine.value, model: { id, ...text.value, maxContext, stopIds: config.eosIds } });
}

async function openBuilt(
  path: string,
  options: RunOptions,
  watch: JobWatch,
): Promise<Result<OpenedForServing>> {
  const build = readBuildFolder(path);
  if (build.kind === "error") return build;
  const tokenizer = openTokenizer(path, build.value);
  if (tokenizer.kind === "error") return tokenizer;
  const text = textOf(tokenizer.value);
  if (text.kind === "error") return text;
  const engine = await openBuild(build.value, options, watch, ownHardware);
  if (engine.kind === "error") return engine;
  const { model, design } = build.value.manifest;
  const served = { id: model.id, ...text.value, maxContext: design.max_context, stopIds: model.eos_ids };
  return ok({ engine: engine.value, model: served });
}

type ServedText = Pick<ServedModel, "codec" | "chatTemplate">;

function textOf(found: FoundTokenizer): Result<ServedText> {
  if (found.kind === "absent") return fail(found.reason);
  const { tokenizer, file } = found;
  return ok({ codec: tokenizer, chatTemplate: tokenizer.chatTemplate ?? chatTemplateBeside(file) });
}

const tokenizerConfig = z.object({ chat_template: z.string().optional() });

/** The template in the `tokenizer_config.json` beside a tokenizer, where there is one. */
function chatTemplateBeside(tokenizerFile: string): string | undefined {
  const file = join(dirname(tokenizerFile), "tokenizer_config.json");
  if (!existsSync(file)) return undefined;
  const parsed = tokenizerConfig.safeParse(JSON.parse(readFileSync(file, "utf8")));
  return parsed.success ? parsed.data.chat_template : undefined;
}
