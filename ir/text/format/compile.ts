import type { OpDefinition } from "../../core/op-definition.ts";
import { CompilerBug } from "../../support/bug.ts";
import type { OpSyntax } from "../custom/hook.ts";
import { formatElements } from "./elements.ts";
import { parseFormat } from "./parse-format.ts";
import { fitsFormat, printFormat } from "./print-format.ts";
import { typePlan } from "./type-plan.ts";

const COMPILED = new Map<OpDefinition, OpSyntax | undefined>();

/** The text form that a definition's `format` describes; undefined where there is none. */
export function formatOf(definition: OpDefinition): OpSyntax | undefined {
  if (!COMPILED.has(definition)) COMPILED.set(definition, compile(definition));
  return COMPILED.get(definition);
}

function compile({ name, spec }: OpDefinition): OpSyntax | undefined {
  if (spec.format === undefined) return undefined;
  const elements = formatElements(name, spec, spec.format);
  const plan = typePlan(spec, elements);
  if (plan === undefined) throw new CompilerBug(`${name}: its format does not say all types`);
  return {
    fits: (op) => fitsFormat(op, spec, elements, plan),
    print: (op, writer) => {
      printFormat(op, writer, spec, elements);
    },
    parse: (reader) => parseFormat(reader, spec, elements, plan),
  };
}
