import type { Operation } from "../core/operation.ts";
import { ALL_DIALECTS, ALL_OPS } from "../dialects/registry.ts";
import type { Engine } from "../mlir-wasm/engine/engine.ts";
import type { Diagnostic } from "../support/diagnostics.ts";
import { printGeneric } from "../text/print/printer.ts";
import {
  type Arity,
  DECLARED_DIALECTS,
  declaredName,
  irdlDeclarations,
  isDeclared,
  isVariadic,
  variadicName,
} from "./irdl.ts";

/**
 * What upstream's verifier finds wrong with a module of ours, of any level. Operations that MLIR has are checked by MLIR's own
 * rules, those of `nn`, `dataflow`, `fx`, `comb` and `seq` by their IRDL declarations; `hw`, and operations that hold regions or end
 * them, upstream cannot know: it checks the values and blocks around them.
 */
export function verifyUpstream(engine: Engine, module: Operation, file: string): readonly Diagnostic[] {
  const session = engine.open({ allowUnregistered: true });
  try {
    const loaded = session.loadIrdl(irdlDeclarations(aritiesIn(module)), { file: "dialects.irdl" });
    if (loaded.kind === "error") return loaded.diagnostics;
    const document = session.parse(upstreamText(module), { file });
    return document.kind === "error" ? document.diagnostics : [];
  } finally {
    session.dispose();
  }
}

const RENAMED = ALL_DIALECTS.filter(({ name }) => DECLARED_DIALECTS.has(name)).flatMap(({ ops }) => ops);

/** The numbers of operands and results that occur, of operations that may have any. */
function aritiesIn(module: Operation): readonly Arity[] {
  const found = new Map<string, Arity>();
  for (const { name, operands, results } of module.walk()) {
    const op = ALL_OPS.get(name);
    if (op === undefined || !RENAMED.includes(op) || !isVariadic(op)) continue;
    const arity = { name, operands: operands.length, results: results.length };
    found.set(variadicName(arity), arity);
  }
  return [...found.values()];
}

/** An operation in the generic form: results, name, operands. */
const OPERATION = /^( *)((?:%[\w$.-]+(?:, )?)+ = )?"([\w.]+)"\(([^()]*)\)/gmu;

/**
 * The generic form as upstream reads it: operations without declaration are of a dialect of their own, which is let through,
 * types are of the dialects that declare them, and one with a list of parameters has one parameter that is a list.
 */
function upstreamText(module: Operation): string {
  return printGeneric(module)
    .replaceAll(OPERATION, (...[, indent, results, name, operands]: readonly string[]) => {
      const arity = {
        name: name ?? "",
        operands: countNames(operands ?? ""),
        results: countNames(results ?? ""),
      };
      return `${indent ?? ""}${results ?? ""}"${upstreamName(arity)}"(${operands ?? ""})`;
    })
    .replaceAll(/!dataflow\.bundle<((?:[^<>]|<[^<>]*>)*)>/gu, "!dataflow.bundle<[$1]>")
    .replaceAll(/!seq\.firmem<(\d+) x (\d+)>/gu, "!seq.firmem<[$1, $2]>")
    .replaceAll(/!(dataflow|seq)\./gu, "!$1_types.");
}

function countNames(text: string): number {
  return text.split("%").length - 1;
}

function upstreamName(arity: Arity): string {
  const op = ALL_OPS.get(arity.name);
  if (op === undefined || !RENAMED.includes(op)) return arity.name;
  if (!isDeclared(op)) return `undeclared.${arity.name}`;
  return isVariadic(op) ? variadicName(arity) : declaredName(arity.name);
}
