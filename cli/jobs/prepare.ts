import { type Device as DeviceFile, loadDevice } from "../../backend-hls/index.ts";
import { type LoadedModel, loadModel } from "../../frontend/index.ts";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { type EngineKind, type NumberFormats, resolveFormats } from "../engines/number-formats.ts";
import type { CompileOptions } from "../options/compile-options.ts";
import { candidatesTooMany, contextTooLong, rowsTooMany } from "./diagnostics.ts";

/** A model and all that the options say about running it, checked against each other. */
export interface PreparedModel {
  readonly model: LoadedModel;
  readonly deviceFile: DeviceFile;
  readonly formats: NumberFormats;
  readonly maxContext: number;
}

/** Reads model and device file and resolves the options; everything that is wrong comes before any work. */
export function prepareModel(
  path: string,
  engine: EngineKind,
  options: CompileOptions,
): Result<PreparedModel> {
  const formats = resolveFormats(engine, options);
  if (formats.kind === "error") return formats;
  const deviceFile = loadDevice(options.device);
  if (deviceFile.kind === "error") return deviceFile;
  const most = deviceFile.value.array?.max_rows ?? mostRows;
  const { rows } = options;
  if (rows !== undefined && rows > most) return fail(rowsTooMany(builtSpan("--rows"), { asked: rows, most }));
  const model = loadModel(path, { tokenizer: options.tokenizer });
  if (model.kind === "error") return model;
  const { maxContext: own, vocab } = model.value.checkpoint.config;
  const { candidates } = options.outputs;
  if (candidates > vocab)
    return fail(candidatesTooMany(builtSpan("--outputs"), { asked: candidates, vocab }));
  const { maxContext = own } = options;
  if (maxContext > own)
    return fail(contextTooLong(builtSpan("--max-context"), { asked: maxContext, model: own }));
  return ok({ model: model.value, deviceFile: deviceFile.value, formats: formats.value, maxContext });
}

/** Bits of a row's `visible` mask: no step is larger anywhere. */
const mostRows = 64;
