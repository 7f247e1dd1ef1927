import { z } from "zod";

/** How much of high-level synthesis is used. */
export const schedule = z.enum(["optimized", "sequential", "pipelined"]);

/** What hardware there is for a row's outputs, from the command line: `argmax`, `topk:8`, `logits`, `topk:8,logits`. */
export const outputs = z
  .string()
  .regex(
    /^(argmax|logits|topk(:[1-9]\d*)?)(,(argmax|logits|topk(:[1-9]\d*)?))*$/u,
    "expected argmax, topk:8, logits or several of them separated by commas",
  )
  .transform((text) => {
    const words = text.split(",");
    const ranked = words.filter((word) => word.startsWith("topk"));
    const candidates = ranked.map((word) => Number(word.split(":")[1] ?? DEFAULT_CANDIDATES));
    return { candidates: Math.max(1, ...candidates), logits: words.includes("logits") };
  });

/** Candidates of `topk` without a number. */
const DEFAULT_CANDIDATES = 8;

/** Cells that Yosys maps to. */
export const synthesisFamily = z.enum(["xc7", "xcup", "ecp5", "ice40"]);

/** A clock in MHz, from the command line. */
export const megahertz = z.coerce.number("expected a number").positive();

/** A number above zero, from the command line. */
export const positiveInteger = z.coerce.number("expected a number").int().positive();

/** A natural number, from the command line. */
export const naturalNumber = z.coerce.number("expected a number").int().nonnegative();

/** Token ids, separated by commas. */
export const tokenIds = z
  .string()
  .regex(/^\s*\d+(\s*,\s*\d+)*\s*$/u, "expected numbers separated by commas")
  .transform((text) => text.split(",").map(Number));

/** A range of cycles: `from:to`, both included. */
export const cycleWindow = z
  .string()
  .regex(/^\d+:\d+$/u, "expected two numbers: from:to")
  .transform((text) => {
    const [from = 0, to = 0] = text.split(":").map(Number);
    return { from, to };
  })
  .refine(({ from, to }) => from <= to, "expected the first cycle before the last");
