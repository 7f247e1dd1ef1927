import { CompilerBug } from "../support/bug.ts";
import { type Diagnostic, defineDiagnostic } from "../support/diagnostics.ts";
import type { OpDefinition, Trait } from "./op-definition.ts";
import type { Operation, Region, Value } from "./operation.ts";

/** A named family of operations. */
export interface Dialect {
  readonly name: string;
  readonly ops: readonly OpDefinition[];
}

/** All definitions that a program may use, by name. */
export type OpRegistry = ReadonlyMap<string, OpDefinition>;

/** Collects dialects; two definitions of one name are a bug. */
export function registryOf(dialects: readonly Dialect[]): OpRegistry {
  const byName = new Map<string, OpDefinition>();
  for (const definition of dialects.flatMap((dialect) => dialect.ops)) {
    if (byName.has(definition.name)) throw new CompilerBug(`${definition.name} is defined twice`);
    byName.set(definition.name, definition);
  }
  return byName;
}

/** Whether the definition of `op` has `trait`; unknown operations have none. */
export function hasTrait(registry: OpRegistry, op: Operation, trait: Trait): boolean {
  return registry.get(op.name)?.spec.traits.includes(trait) ?? false;
}

const unknownOp = defineDiagnostic("IR0005", "error", (p: { op: string }) => ({
  message: `${p.op} is not an operation of any dialect here`,
  expected: "a registered operation",
}));
const notDominated = defineDiagnostic("IR0006", "error", (p: { op: string; index: number }) => ({
  message: `operand ${String(p.index)} of ${p.op} is not defined before it in an enclosing scope`,
  expected: "a value that dominates its use",
}));
const misplacedTerminator = defineDiagnostic("IR0007", "error", (p: { op: string }) => ({
  message: `${p.op} ends a block but is not its last operation`,
  expected: "terminators only at the end of a block",
}));

/** Options of verification. */
export interface VerifyOptions {
  /** Let operations of unknown dialects pass (a round trip of foreign text). */
  readonly allowUnknown?: boolean;
}

/** Everything wrong in `root` and below: definitions, scopes, terminators. */
export function verify(
  root: Operation,
  registry: OpRegistry,
  options: VerifyOptions = {},
): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const checkOp = (op: Operation, scope: Set<Value>): void => {
    const definition = registry.get(op.name);
    if (definition !== undefined) problems.push(...definition.verify(op));
    else if (options.allowUnknown !== true) problems.push(unknownOp(op.span, { op: op.name }));
    op.operands.forEach((operand, index) => {
      if (!scope.has(operand)) problems.push(notDominated(op.span, { op: op.name, index }));
    });
    const isolated = hasTrait(registry, op, "isolated");
    for (const region of op.regions) checkRegion(region, isolated ? new Set() : scope);
    for (const result of op.results) scope.add(result);
  };
  const checkRegion = (region: Region, outer: ReadonlySet<Value>): void => {
    for (const block of region.blocks) {
      const scope = new Set(outer);
      for (const arg of block.args) scope.add(arg);
      if (isGraphRegion(region))
        for (const result of block.ops.flatMap((op) => op.results)) scope.add(result);
      for (const op of block.ops) {
        checkOp(op, scope);
        if (hasTrait(registry, op, "terminator") && block.last !== op)
          problems.push(misplacedTerminator(op.span, { op: op.name }));
      }
    }
  };
  checkOp(root, new Set());
  return problems;
}

/** Hardware modules are graphs: a register may be read above the line that writes it. */
function isGraphRegion(region: Region): boolean {
  return region.parent?.name === "hw.module";
}
