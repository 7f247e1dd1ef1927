import { z } from "zod";
import { resolveFormats } from "../engines/number-formats.ts";
import { planMemory, renderPlan } from "../kit/plan-memory.ts";
import { compileDefaults } from "../options/compile-options.ts";
import { declarePrecisionOptions, precisionOptions } from "../options/precision-options.ts";
import { positiveInteger } from "../options/words.ts";
import { defineVerb } from "../verb.ts";

/** How many tokens and sequences fit a board's memory, before anything is compiled. */
export const plan = defineVerb({
  name: "plan",
  summary: "Show how many tokens and sequences of a model fit a board's memory",
  declare: (command) => {
    command
      .argument("<model>", "a Hugging Face folder or a llama2.c .bin")
      .option("--device <name>", "a board: its name, or the path of its file", compileDefaults.device)
      .option("--kv-memory <MiB>", "memory for keys and values (default: what the weights leave)")
      .option("--max-context <n>", "positions of a sequence (default: the model's own)")
      .option("--block-size <n>", "positions of a KV block", String(compileDefaults.blockSize))
      .option("--rows <n>", "rows of a step, at most", "1")
      .option("--precision <name>", "number formats (default: w8a8)");
    declarePrecisionOptions(command);
  },
  input: z.object({
    model: z.string(),
    device: z.string(),
    kvMemory: positiveInteger.optional(),
    maxContext: positiveInteger.optional(),
    blockSize: positiveInteger.refine((n) => Number.isInteger(Math.log2(n)), "expected a power of two"),
    rows: positiveInteger,
    ...precisionOptions,
  }),
  run: ({ model, ...options }, { output }) => {
    const formats = resolveFormats("rtl", options);
    if (formats.kind === "error") return Promise.resolve(formats);
    const planned = planMemory(model, { ...options, quantization: formats.value.quantization });
    if (planned.kind === "ok") output.line(renderPlan(planned.value));
    return Promise.resolve(planned);
  },
});
