import { z } from "zod";
import { ok } from "../../ir/index.ts";
import type { CompiledBuild } from "../build-folder/read-build-folder.ts";
import { checkTarget, writeBuildFolder } from "../build-folder/write-build-folder.ts";
import { readKernelPoint, readPoint } from "../explore/read-point.ts";
import { isGraphFile } from "../graph/compile-graph.ts";
import { compileGraphVerb } from "../graph/verbs.ts";
import { compileModel } from "../jobs/compile-model.ts";
import { refuseKernelOptions } from "../jobs/refuse-kernel-options.ts";
import { compileOptions, declareCompileOptions } from "../options/compile-options.ts";
import { declareKernelOptions, kernelOptions } from "../options/kernel-options.ts";
import { describeBuild } from "../schemas/compile.ts";
import { defineVerb, type Outcome } from "../verb.ts";
import { firstDifference } from "../verify/verify-build.ts";
import { watchSession } from "./tell-story.ts";

/** From checkpoint to a build folder: Verilog, memory image, manifest, estimate. */
export const compile = defineVerb({
  name: "compile",
  summary: "Compile a model to Verilog, a memory image and a manifest",
  declare: (command) => {
    command.argument("<model>", "a Hugging Face folder, a llama2.c .bin or a graph file (.mlir)");
    command.option("-o, --output <folder>", "where the build goes; an older build is replaced", "build");
    command.option("--from <report#id>", "the design of a report's point: report/report.json#12");
    command.option("--emit-ir", "write the IR of every level too");
    command.option("--no-comments", "Verilog without the comments that lead back to the IR");
    declareKernelOptions(command);
    declareCompileOptions(command);
  },
  input: z.object({
    model: z.string(),
    output: z.string(),
    from: z.string().optional(),
    emitIr: z.boolean().default(false),
    comments: z.boolean().default(true),
    ...kernelOptions,
    ...compileOptions,
  }),
  run: async ({ model, output: target, from, ...given }, session) => {
    const free = checkTarget(target);
    if (free.kind === "error") return free;
    if (isGraphFile(model)) {
      const kernel = from === undefined ? ok({}) : readKernelPoint(from);
      if (kernel.kind === "error") return kernel;
      return compileGraphVerb(model, target, { ...given, ...kernel.value }, session);
    }
    const point = from === undefined ? ok({}) : readPoint(from);
    if (point.kind === "error") return point;
    const options = { ...given, ...point.value };
    const refused = refuseKernelOptions(model, options);
    if (refused !== undefined) return refused;
    const build = await compileModel(model, options, watchSession(session));
    if (build.kind === "error") return build;
    const written = await writeBuildFolder(target, build.value.files, session.signal);
    if (written.kind === "error") return written;
    session.output.line(`${build.value.files.size} files in ${target}`);
    for (const note of build.value.notes ?? []) session.output.line(note);
    return endCompile(target, build.value);
  },
});

/** The result object; a lowering that changes a bit is our bug. */
export function endCompile(target: string, build: CompiledBuild): Outcome {
  const value = describeBuild(target, build);
  const message = firstDifference(build.checks ?? []);
  return message === undefined ? ok(value) : { kind: "wrong", value, message };
}
