import {
  ALL_OPS,
  builtSpan,
  dataflowInlineKernels,
  fail,
  type Operation,
  ok,
  parseModule,
  present,
  type Result,
  runPasses,
  ScheduleOp,
  withOptions,
} from "../../ir/index.ts";
import type { BuildFiles } from "../build-folder/build-files.ts";
import { buildDamaged } from "../build-folder/diagnostics.ts";

/** Level 4 of a build: a function for each kernel, and the schedule that connects them. */
export const LOOPS_FILE = "ir/4-loops.mlir";

/** Reads the text of {@link LOOPS_FILE}: the schedule with its kernels inside; every operation has its place in the text. */
function parseLoops(text: string): Result<Operation> {
  const module = parseModule(text, LOOPS_FILE);
  if (module.kind === "error") return module;
  const inlined = runPasses(module.value, [withOptions(dataflowInlineKernels)], {
    registry: ALL_OPS,
    given: [],
  });
  if (inlined.kind === "error") return fail(...inlined.diagnostics);
  const { ops } = present(module.value.regions[0], "the body of a module").block;
  const schedule = ops.find((op) => ScheduleOp.match(op) !== undefined);
  return schedule === undefined
    ? fail(buildDamaged(builtSpan(LOOPS_FILE), { problem: "it has no schedule" }))
    : ok(schedule);
}

/** Level 4 of a build. */
export function readLoops(files: BuildFiles): Result<Operation> {
  const content = files.get(LOOPS_FILE);
  if (content === undefined)
    return fail(buildDamaged(builtSpan(LOOPS_FILE), { problem: "the file is missing" }));
  return parseLoops(typeof content === "string" ? content : Buffer.from(content).toString("utf8"));
}
