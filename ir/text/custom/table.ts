import type { OpDefinition } from "../../core/op-definition.ts";
import type { Operation } from "../../core/operation.ts";
import { ALL_OPS } from "../../dialects/registry.ts";
import { formatOf } from "../format/compile.ts";
import { affineSyntax } from "./affine.ts";
import { arithSyntax } from "./arith.ts";
import { builtinSyntax } from "./builtin.ts";
import { combSyntax } from "./comb.ts";
import { dataflowSyntax } from "./dataflow.ts";
import { funcSyntax } from "./func.ts";
import type { OpParts, OpReader, OpSyntax } from "./hook.ts";
import { hwSyntax } from "./hw.ts";
import { memrefSyntax } from "./memref.ts";
import { scfSyntax } from "./scf.ts";
import { seqSyntax } from "./seq.ts";
import { vectorSyntax } from "./vector.ts";

/** Text forms that are written by hand, by operation. */
const HOOKS: ReadonlyMap<string, OpSyntax> = new Map(
  [
    builtinSyntax,
    funcSyntax,
    dataflowSyntax,
    affineSyntax,
    scfSyntax,
    memrefSyntax,
    vectorSyntax,
    arithSyntax,
    hwSyntax,
    combSyntax,
    seqSyntax,
  ].flatMap((dialect) => Object.entries(dialect)),
);
const FULL_NAMES: ReadonlyMap<string, string> = new Map([
  ["module", "builtin.module"],
  ["func", "func.func"],
  ["return", "func.return"],
]);

/** The full name of an operation that may be written short. */
export function canonicalName(name: string): string {
  return FULL_NAMES.get(name) ?? name;
}

/** The text form of an operation: a hook, or what its definition's `format` says; undefined: only the generic form. */
function syntaxOf(name: string): OpSyntax | undefined {
  const hook = HOOKS.get(name);
  if (hook !== undefined) return hook;
  const definition = ALL_OPS.get(name);
  return definition === undefined ? undefined : formatOf(definition);
}

/** The text form in which this very operation can be printed. */
export function printableSyntax(op: Operation): OpSyntax | undefined {
  const syntax = syntaxOf(op.name);
  const definition: OpDefinition | undefined = ALL_OPS.get(op.name);
  if (syntax === undefined || definition === undefined || definition.verify(op).length > 0) return undefined;
  if (op.regions.some((region) => region.blocks.length > 1)) return undefined;
  return syntax.fits?.(op) === false ? undefined : syntax;
}

/** What reads the custom form of an operation. */
export function parserOf(name: string): ((reader: OpReader) => OpParts) | undefined {
  const syntax = syntaxOf(name);
  return syntax === undefined ? undefined : (reader) => syntax.parse(reader);
}

function has(name: string, trait: "isolated" | "terminator"): boolean {
  return ALL_OPS.get(name)?.spec.traits.includes(trait) ?? false;
}

/** Regions of the operation see nothing from outside. */
export function isIsolated(name: string): boolean {
  return has(name, "isolated");
}

/** The operation ends a block. */
export function isTerminator(name: string): boolean {
  return has(name, "terminator");
}

/** Values of the operation's region may be used above their definition: hardware modules, and operations of which nothing is known. */
export function isGraph(name: string): boolean {
  return name === "hw.module" || !ALL_OPS.has(name);
}
