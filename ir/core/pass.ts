import { CompilerBug } from "../support/bug.ts";
import type { Diagnostic } from "../support/diagnostics.ts";
import { renderDiagnostic } from "../support/diagnostics.ts";
import { type OpRegistry, verify } from "./dialect.ts";
import type { Operation } from "./operation.ts";

/** A property of a module that passes need or give, such as `loops` or `scheduled`. */
export type Property = string;

/** What a pass answers: whether it changed the module, or why it cannot go on. */
export type PassOutcome =
  | { readonly kind: "changed" }
  | { readonly kind: "unchanged" }
  | { readonly kind: "error"; readonly diagnostics: readonly Diagnostic[] };

export const changed: PassOutcome = { kind: "changed" };
export const unchanged: PassOutcome = { kind: "unchanged" };

/** A named transformation with a contract. The IR verifies before and after it, not necessarily during. */
export interface Pass<O> {
  readonly name: string;
  readonly summary: string;
  readonly requires: readonly Property[];
  readonly ensures: readonly Property[];
  readonly defaults: O;
  run(module: Operation, options: O): PassOutcome;
}

/** A pass with its options fixed, as it stands in a pipeline. */
export interface PassInstance {
  readonly name: string;
  readonly summary: string;
  readonly requires: readonly Property[];
  readonly ensures: readonly Property[];
  run(module: Operation): PassOutcome;
}

/** Defines a pass; its options are typed from `defaults`. */
export function definePass<O>(pass: Pass<O>): Pass<O> {
  return pass;
}

/** Fixes the options of a pass. */
export function withOptions<O>(pass: Pass<O>, options: Partial<O> = {}): PassInstance {
  return { ...pass, run: (module) => pass.run(module, { ...pass.defaults, ...options }) };
}

/** Called after each pass that changed the module: `--emit-ir`, `--verify-each`. */
export type PassObserver = (pass: PassInstance, module: Operation, outcome: PassOutcome) => void;

/** What a pipeline runs with. */
export interface RunOptions {
  readonly registry: OpRegistry;
  /** Properties that hold beforehand. */
  readonly given?: readonly Property[];
  readonly observe?: PassObserver;
}

/** Runs a pipeline: checks contracts, verifies after every change, stops at the first error. */
export function runPasses(
  module: Operation,
  pipeline: readonly PassInstance[],
  { registry, given = [], observe }: RunOptions,
): PassOutcome {
  const holds = new Set(given);
  let anyChange = false;
  for (const pass of pipeline) {
    const missing = pass.requires.filter((property) => !holds.has(property));
    if (missing.length > 0)
      throw new CompilerBug(`pass ${pass.name} needs ${missing.join(", ")}, which no earlier pass ensures`);
    const outcome = pass.run(module);
    if (outcome.kind === "error") return outcome;
    if (outcome.kind === "changed") {
      anyChange = true;
      assertValid(module, registry, pass.name);
    }
    for (const property of pass.ensures) holds.add(property);
    observe?.(pass, module, outcome);
  }
  return anyChange ? changed : unchanged;
}

function assertValid(module: Operation, registry: OpRegistry, after: string): void {
  const problems = verify(module, registry);
  if (problems.length > 0)
    throw new CompilerBug(`after pass ${after}:\n${problems.slice(0, 5).map(renderDiagnostic).join("\n")}`);
}
