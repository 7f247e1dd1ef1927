import type { Command } from "commander";
import { z } from "zod";
import { INTERFACES, type Interface, type Interfaces } from "../../backend-hls/index.ts";
import type { UnitLimits } from "../../dse/index.ts";

/** Adds what decides about the hardware of a graph file. */
export function declareKernelOptions(command: Command): void {
  command
    .option("--top <function>", "of a graph file: the function to compile (default: the only one)")
    .option(
      "--interface <list>",
      "of a graph file: where arrays live, ram, m_axi or axis: A=ram,C=m_axi, or one for all (default: m_axi)",
    )
    .option("--limit <list>", "of a graph file: float units to build at most: fmul=57,fadd=57,fdiv=1");
}

/** `A=ram,C=m_axi`; a word alone is for everything that is not named. */
const interfaces = z.string().transform((text, context): Interfaces => {
  const entries = text.split(",").map((part) => {
    const [name, kind] = part.includes("=") ? part.split("=", 2) : ["*", part];
    const known = INTERFACES.find((each) => each === kind);
    if (name !== undefined && name !== "" && known !== undefined) return [name, known] as const;
    context.addIssue({ code: "custom", message: `expected ${EXPECTED}`, input: part });
    return ["*", "m_axi" satisfies Interface] as const;
  });
  return Object.fromEntries(entries);
});

/** Units by their names in reports, and the primitives that they are. */
const UNITS = { fmul: "mul", fadd: "add", fdiv: "div", fsqrt: "sqrt" } as const;

/** `fmul=57,fadd=57`. */
export const unitLimits = z.string().transform((text, context): UnitLimits => {
  const entries = text.split(",").map((part) => {
    const [name = "", count = ""] = part.split("=", 2);
    const known = Object.entries(UNITS).find(([unit]) => unit === name);
    if (known !== undefined && /^[1-9]\d*$/u.test(count)) return [known[1], Number(count)] as const;
    const names = Object.keys(UNITS).join(", ");
    context.addIssue({ code: "custom", message: `expected one of ${names} = a number`, input: part });
    return ["mul", 1] as const;
  });
  return Object.fromEntries(entries);
});

const EXPECTED = `name=${INTERFACES.join(" or name=")}, separated by commas`;

/** What {@link declareKernelOptions} parses to; to be spread into a verb's input. */
export const kernelOptions = {
  top: z.string().optional(),
  interface: interfaces.optional(),
  limit: unitLimits.optional(),
};

/** The options that decide about the hardware of a graph file. */
export type KernelOptions = z.output<z.ZodObject<typeof kernelOptions>>;
