import { at, CompilerBug } from "../support/bug.ts";
import { builtSpan, type Diagnostic, type Span } from "../support/diagnostics.ts";
import type { Attribute } from "./attribute.ts";
import type { AttrConstraint, TypeConstraint } from "./constraint.ts";
import { verifyAgainstSpec } from "./op-verify.ts";
import { Operation, type Region, type Value } from "./operation.ts";
import type { Type } from "./type.ts";

/** Properties that shared code may ask an operation for, instead of asking for its name. */
export type Trait =
  | "pure" // no effect; may be removed when unused, moved, merged
  | "commutative"
  | "terminator"
  | "isolated" // regions read nothing from outside
  | "symbol" // has sym_name
  | "same-type"; // all operands and results have one type

/** Everything about one operation: its verifier, its typed view and its text form follow from this. */
export interface OpSpec {
  readonly summary: string;
  readonly operands: Readonly<Record<string, TypeConstraint>>;
  /** Constraint of any further operands after the named ones. */
  readonly rest?: TypeConstraint;
  readonly results: Readonly<Record<string, TypeConstraint>>;
  readonly restResults?: TypeConstraint;
  readonly attrs: Readonly<Record<string, AttrConstraint<unknown>>>;
  readonly regions: number;
  readonly traits: readonly Trait[];
  /** Text form in MLIR's declarative assembly language; absent: the generic form, or a hook of `ir/text`. */
  readonly format?: string;
}

type ValuesOf<C> = { readonly [K in keyof C]: Value };
type AttrsOf<C> = { readonly [K in keyof C]: C[K] extends AttrConstraint<infer T> ? T : never };

/** Generic passes see the uniform Operation; dialect code sees this, with its names. */
export interface OpView<S extends OpSpec> {
  readonly op: Operation;
  readonly operands: ValuesOf<S["operands"]>;
  readonly rest: readonly Value[];
  readonly results: ValuesOf<S["results"]>;
  readonly attrs: AttrsOf<S["attrs"]>;
}

/** What `create` needs beside the operands. */
export interface OpParts<S extends OpSpec> {
  readonly operands: ValuesOf<S["operands"]>;
  readonly rest?: readonly Value[];
  readonly resultTypes?: readonly Type[];
  readonly attrs: AttrsOf<S["attrs"]>;
  readonly regions?: readonly Region[];
  readonly span?: Span;
}

/** A defined operation. */
export interface OpDefinition<S extends OpSpec = OpSpec> {
  readonly name: string;
  readonly spec: S;
  /** The typed view, where `op` is of this kind. */
  match(op: Operation | undefined): OpView<S> | undefined;
  /** Makes the operation; it is not yet in a block. */
  create(parts: OpParts<S>): Operation;
  /** Everything wrong with `op`, which has this name. */
  verify(op: Operation): readonly Diagnostic[];
}

/** Checks beyond the spec: relations between types, attributes, regions. */
export type ExtraCheck<S extends OpSpec> = (view: OpView<S>) => readonly Diagnostic[];

/** Defines an operation of a dialect; `name` is `dialect.mnemonic`. */
export function defineOp<const S extends OpSpec>(
  name: string,
  spec: S,
  check?: ExtraCheck<S>,
): OpDefinition<S> {
  const operandNames = Object.keys(spec.operands);
  const resultNames = Object.keys(spec.results);
  const view = (op: Operation): OpView<S> => ({
    op,
    operands: pick(operandNames, op.operands) as ValuesOf<S["operands"]>, // keys come from the same record
    rest: op.operands.slice(operandNames.length),
    results: pick(resultNames, op.results) as ValuesOf<S["results"]>, // keys come from the same record
    attrs: readAttrs(spec, op) as AttrsOf<S["attrs"]>, // each value was read by the constraint of its key
  });
  return {
    name,
    spec,
    match: (op) => (op?.name === name ? view(op) : undefined),
    create: (parts) =>
      new Operation({
        name,
        operands: [...operandNames.map((key) => operandOf(parts.operands, key)), ...(parts.rest ?? [])],
        resultTypes: parts.resultTypes ?? [],
        attributes: writeAttrs(spec, parts.attrs),
        regions: parts.regions ?? [],
        span: parts.span ?? builtSpan(name),
      }),
    verify: (op) => {
      const problems = verifyAgainstSpec(op, spec);
      return problems.length > 0 || check === undefined ? problems : check(view(op));
    },
  };
}

function operandOf(record: Readonly<Record<string, Value>>, key: string): Value {
  const value = record[key];
  if (value === undefined) throw new CompilerBug(`operand ${key} is missing`);
  return value;
}

function pick(names: readonly string[], values: readonly Value[]): Record<string, Value> {
  return Object.fromEntries(names.map((key, index) => [key, at(values, index)]));
}

function readAttrs(spec: OpSpec, op: Operation): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, constraint] of Object.entries(spec.attrs)) {
    const stored = op.attribute(key);
    const value: unknown = stored === undefined ? undefined : constraint.read(stored);
    if (value === undefined && constraint.optional !== true)
      throw new CompilerBug(`${op.name}: attribute ${key} is missing or of the wrong kind`);
    out[key] = value;
  }
  return out;
}

function writeAttrs(spec: OpSpec, values: Readonly<Record<string, unknown>>): Record<string, Attribute> {
  const out: Record<string, Attribute> = {};
  for (const [key, constraint] of Object.entries(spec.attrs)) {
    const value = values[key];
    if (value === undefined) continue;

    out[key] = constraint.write(value);
  }
  return out;
}
