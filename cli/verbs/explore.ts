import { availableParallelism } from "node:os";
import { z } from "zod";
import { OBJECTIVES } from "../../dse/index.ts";
import { at } from "../../ir/index.ts";
import { exploreKernelFile, type KernelExploreJob } from "../explore/explore-kernel-file.ts";
import { exploreModel } from "../explore/explore-model.ts";
import { limitOption, numberList, workloadOption } from "../explore/explore-options.ts";
import { isGraphFile } from "../graph/compile-graph.ts";
import { compileDefaults } from "../options/compile-options.ts";
import { kernelOptions, unitLimits } from "../options/kernel-options.ts";
import { kvBits, precisionName } from "../options/precision-options.ts";
import { naturalNumber, positiveInteger } from "../options/words.ts";
import { defineVerb, type Outcome, type Session } from "../verb.ts";
import { watchSession } from "./tell-story.ts";

/** Designs that are planned where nobody says how many. */
const EFFORT = 12;

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Which array fits a model and a device best: a report to look at, and points that `compile --from` builds. */
export const explore = defineVerb({
  name: "explore",
  summary:
    "Explore the designs of a model or kernel on a device: a report with the front of time, cells and energy",
  declare: (command) => {
    command
      .argument("<model>", "a Hugging Face folder, a GGUF file, a llama2.c .bin or a kernel (.mlir)")
      .option("-o, --output <folder>", "where index.html, report.json and points.csv go", "report")
      .option("--device <name>", "a part or board: its name, or the path of its file", compileDefaults.device)
      .option("--objective <name>", OBJECTIVES.join(", "), "latency")
      .option("--workload <numbers>", "prompt=32,output=64,batch=1", "prompt=32,output=64,batch=1")
      .option("--limit <numbers>", "less than the device has: dsp=100,bram=50,lut=20000,ff=30000")
      .option("--precision <name>", "number formats; may be repeated (default: w8a8)", collect)
      .option("--kv <bits>", "bits of a cached key or value; may be repeated", collect)
      .option("--clock <MHz>", "clocks, separated by commas (default: the device's)")
      .option(
        "--block-size <n>",
        "positions of a KV block, separated by commas",
        String(compileDefaults.blockSize),
      )
      .option("--rows <n>", "rows of a step (default: explored)")
      .option("--max-context <n>", "positions of a sequence (default: the model's own)")
      .option("--tokenizer <file>", "in place of the one beside the model")
      .option("--effort <n>", "designs that fit and are replayed, at most", String(EFFORT))
      .option("--seed <n>", "seed of every choice that is free", String(compileDefaults.seed))
      .option("--top <function>", "of a kernel: the function (default: the only one)")
      .option("--interface <list>", "of a kernel: where arrays live, as for compile")
      .option("--units <list>", "of a kernel: float units at most: fmul=57,fadd=57")
      .option("--confirm <n>", "points to build and simulate: the chosen one, then others of the front", "0")
      .option("--jobs <n>", "threads (default: all cores)")
      .option("--resume", "go on with what is in the folder");
  },
  input: z.object({
    model: z.string(),
    output: z.string(),
    device: z.string(),
    objective: z.enum(OBJECTIVES),
    workload: workloadOption,
    limit: limitOption.optional(),
    precision: z.array(precisionName).optional(),
    kv: z.array(z.coerce.number("expected 8 or 16").pipe(kvBits)).optional(),
    clock: numberList.optional(),
    blockSize: numberList.refine(
      (sizes) => sizes.every((size) => Number.isInteger(Math.log2(size))),
      "expected powers of two",
    ),
    rows: positiveInteger.optional(),
    maxContext: positiveInteger.optional(),
    tokenizer: z.string().optional(),
    effort: positiveInteger,
    seed: naturalNumber,
    top: kernelOptions.top,
    interface: kernelOptions.interface,
    units: unitLimits.optional(),
    confirm: naturalNumber,
    jobs: positiveInteger.optional(),
    resume: z.boolean().default(false),
  }),
  run: async ({ model, output: folder, precision, kv, jobs, resume, ...options }, session) => {
    if (isGraphFile(model))
      return exploreKernelVerb(model, folder, { ...options, isResumed: resume }, session);
    const job = {
      ...options,
      precision: precision ?? [undefined],
      kv: kv ?? [undefined],
      clock: options.clock,
      rows: options.rows,
      maxContext: options.maxContext,
      tokenizer: options.tokenizer,
      limit: options.limit,
      jobs: jobs ?? availableParallelism(),
      isResumed: resume,
    };
    const explored = await exploreModel(model, folder, job, watchSession(session));
    if (explored.kind === "error") return explored;
    const { points, chosen, bound } = explored.value;
    const { estimate, id } = at(points, chosen);
    session.output.line(
      `chosen: point ${String(id)}, ${String(Math.round(estimate.cycles_per_token))} cycles per token, ${String(estimate.dsp)} DSPs, ${String(estimate.lut)} LUTs, ${String(estimate.bram18)} block RAMs; at most ${(100 * bound.gap).toFixed(1)} % above the bound`,
    );
    session.output.line(
      `${folder}/index.html; hidalgo compile ${model} --from ${folder}/report.json#${String(id)}`,
    );
    return explored;
  },
});

async function exploreKernelVerb(
  path: string,
  folder: string,
  job: KernelExploreJob,
  session: Session,
): Promise<Outcome> {
  const explored = await exploreKernelFile(path, folder, job, watchSession(session));
  if (explored.kind === "error") return explored;
  const { points, chosen, bound, function: name } = explored.value;
  const { estimate, id, measured } = at(points, chosen);
  const inRtl = measured === null ? "" : `, ${String(measured.cycles)} in RTL`;
  session.output.line(
    `@${name}: point ${String(id)}, ${String(estimate.cycles)} cycles${inRtl}, ${String(estimate.dsp)} DSPs, ${String(estimate.lut)} LUTs, ${String(estimate.bram18)} block RAMs; at most ${(100 * bound.gap).toFixed(2)} % above the bound`,
  );
  session.output.line(
    `${folder}/index.html; hidalgo compile ${path} --from ${folder}/report.json#${String(id)}`,
  );
  const wrong = points.find((point) => point.measured?.matches_reference === false);
  if (wrong === undefined) return explored;
  return {
    kind: "wrong",
    value: explored.value,
    message: `results of point ${String(wrong.id)} differ from the reference's`,
  };
}
