import { constantMap } from "../core/affine.ts";
import type { Attribute } from "../core/attribute.ts";
import type { AttrConstraint, TypeConstraint } from "../core/constraint.ts";
import type { Dialect } from "../core/dialect.ts";
import type { OpDefinition } from "../core/op-definition.ts";
import {
  bundleType,
  clockType,
  f32,
  i1,
  i8,
  i32,
  indexType,
  memrefType,
  streamType,
  type Type,
  tensorType,
  tokenType,
  vectorType,
} from "../core/type.ts";
import { combDialect } from "../dialects/comb/ops.ts";
import { dataflowDialect } from "../dialects/dataflow/ops.ts";
import { fxDialect } from "../dialects/fx/ops.ts";
import { nnDialect } from "../dialects/nn/ops.ts";
import { seqDialect } from "../dialects/seq/ops.ts";

/** Dialects that upstream does not have, and how many parameters each of their types has. */
const DECLARED: readonly { readonly dialect: Dialect; readonly types: Readonly<Record<string, number>> }[] = [
  { dialect: nnDialect, types: {} },
  { dialect: dataflowDialect, types: { stream: 1, bundle: 1, token: 0, memory: 1 } },
  { dialect: fxDialect, types: {} },
  { dialect: combDialect, types: {} },
  { dialect: seqDialect, types: { clock: 0, firmem: 1 } },
];

/** A type of each kind that a constraint may accept, and the IRDL constraint of the kind. */
const TYPES: readonly (readonly [sample: Type, constraint: string])[] = [
  [i8, 'irdl.base "!builtin.integer"'],
  [i1, "irdl.is i1"],
  [indexType, "irdl.is index"],
  [f32, "irdl.is f32"],
  [vectorType(2, i8), 'irdl.base "!builtin.vector"'],
  [tensorType([2], f32), 'irdl.base "!builtin.tensor"'],
  [memrefType([2], f32), 'irdl.base "!builtin.memref"'],
  [streamType(i32), "irdl.base @dataflow_types::@stream"],
  [bundleType([i32]), "irdl.base @dataflow_types::@bundle"],
  [tokenType, "irdl.base @dataflow_types::@token"],
  [{ kind: "memory", bytes: 8 }, "irdl.base @dataflow_types::@memory"],
  [clockType, "irdl.base @seq_types::@clock"],
  [{ kind: "firmem", depth: 2, width: 2 }, "irdl.base @seq_types::@firmem"],
];

const ATTRIBUTES: readonly (readonly [sample: Attribute, constraint: string])[] = [
  [{ kind: "int", value: 0n, type: i32 }, 'irdl.base "#builtin.integer"'],
  [{ kind: "float", value: 0, type: f32 }, 'irdl.base "#builtin.float"'],
  [{ kind: "string", value: "" }, 'irdl.base "#builtin.string"'],
  [{ kind: "affine_map", map: constantMap(0) }, 'irdl.base "#builtin.affine_map"'],
  [{ kind: "symbol", name: "x" }, 'irdl.base "#builtin.symbol_ref"'],
  [{ kind: "array", elements: [] }, 'irdl.base "#builtin.array"'],
];

/** How many operands and results an operation has in some place. */
export interface Arity {
  readonly name: string;
  readonly operands: number;
  readonly results: number;
}

const FIXED: Arity = { name: "", operands: 0, results: 0 };

/**
 * Whether an operation may have any number of operands or results. IRDL wants them to be of one type, so there is a
 * declaration for each number that occurs.
 */
export function isVariadic({ spec }: OpDefinition): boolean {
  return spec.rest !== undefined || spec.restResults !== undefined;
}

/** Whether upstream can hold an operation to its declaration: IRDL knows no terminators, so that nothing may hold regions. */
export function isDeclared({ spec }: OpDefinition): boolean {
  return spec.regions === 0 && !spec.traits.includes("terminator");
}

/**
 * IRDL declarations of our dialects and of what we use of CIRCT's `comb` and `seq`, from the definitions of `ir/dialects`.
 * Types stand in dialects of their own (`dataflow_types`), as IRDL has one name space for both.
 */
export function irdlDeclarations(arities: readonly Arity[]): string {
  const dialects = DECLARED.map(({ dialect, types }) => {
    const declared = Object.entries(types).map(([name, count]) => typeText(name, count));
    const operations = dialect.ops
      .filter(isDeclared)
      .flatMap((op) =>
        (isVariadic(op) ? arities.filter(({ name }) => name === op.name) : [FIXED]).map((arity) =>
          operationText(op, dialect.name, arity),
        ),
      );
    return [dialectText(`${dialect.name}_types`, declared), dialectText(dialect.name, operations)];
  });
  return dialects.flat().join("");
}

function dialectText(name: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `irdl.dialect @${name} {\n${lines.join("\n")}\n}\n`;
}

/** The dialects that {@link irdlDeclarations} declares. */
export const DECLARED_DIALECTS: ReadonlySet<string> = new Set(DECLARED.map(({ dialect }) => dialect.name));

function typeText(name: string, parameters: number): string {
  const body = parameters === 0 ? "" : " {\n    %0 = irdl.any\n    irdl.parameters(parameter: %0)\n  }";
  return `  irdl.type @${name}${body}`;
}

/** The lines of one operation; each constraint is one variable, the only one where all types are equal. */
class OperationText {
  readonly lines: string[] = [];
  #next = 0;

  define(constraint: string): string {
    const name = `%${String(this.#next++)}`;
    this.lines.push(`    ${name} = ${constraint}`);
    return name;
  }

  /** One of several constraints. */
  anyOf(constraints: readonly string[], all: number): string {
    const [only] = constraints;
    if (constraints.length === 0 || constraints.length === all || only === undefined)
      return this.define("irdl.any");
    if (constraints.length === 1) return this.define(only);
    const names = constraints.map((each) => this.define(each));
    return this.define(`irdl.any_of(${names.join(", ")})`);
  }

  type(constraint: TypeConstraint): string {
    const accepted = TYPES.filter(([sample]) => constraint.accepts(sample)).map(([, text]) => text);
    const integers = 'irdl.base "!builtin.integer"';
    return this.anyOf(
      accepted.filter((text) => text !== "irdl.is i1" || !accepted.includes(integers)),
      TYPES.length - 1,
    );
  }

  attribute(constraint: AttrConstraint<unknown>): string {
    const accepted = ATTRIBUTES.filter(([sample]) => constraint.read(sample) !== undefined);
    return this.anyOf(
      accepted.map(([, text]) => text),
      ATTRIBUTES.length,
    );
  }
}

function operationText(op: OpDefinition, dialect: string, arity: Arity): string {
  const { name, spec } = op;
  const text = new OperationText();
  const shared = spec.traits.includes("same-type") ? sharedType(text, spec) : undefined;
  const values = (
    named: Readonly<Record<string, TypeConstraint>>,
    rest: TypeConstraint | undefined,
    count: number,
  ): string[] => {
    const entries = Object.entries(named);
    return [
      ...entries.map(([key, constraint]) => `${snake(key)}: ${shared ?? text.type(constraint)}`),
      ...(rest === undefined
        ? []
        : Array.from(
            { length: Math.max(0, count - entries.length) },
            (_, index) => `rest_${String(index)}: ${text.type(rest)}`,
          )),
    ];
  };
  const operands = values(spec.operands, spec.rest, arity.operands);
  const results = values(spec.results, spec.restResults, arity.results);
  const attributes = Object.entries(spec.attrs)
    .filter(([, constraint]) => constraint.optional !== true)
    .map(([key, constraint]) => `"${key}" = ${text.attribute(constraint)}`);
  if (operands.length > 0) text.lines.push(`    irdl.operands(${operands.join(", ")})`);
  if (results.length > 0) text.lines.push(`    irdl.results(${results.join(", ")})`);
  if (attributes.length > 0) text.lines.push(`    irdl.attributes {${attributes.join(", ")}}`);
  return `  irdl.operation @${(isVariadic(op) ? variadicName({ ...arity, name }) : declaredName(name)).slice(dialect.length + 1)} {\n${text.lines.join("\n")}\n  }`;
}

function sharedType(text: OperationText, spec: OpDefinition["spec"]): string | undefined {
  const [first] = [...Object.values(spec.operands), ...Object.values(spec.results)];
  return first === undefined ? undefined : text.type(first);
}

/** IRDL wants `lower_snake` names of operands. */
function snake(key: string): string {
  return key.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
}

/** The name that an operation is declared by: IRDL's names have no dots. */
export function declaredName(name: string): string {
  const [dialect = "", ...words] = name.split(".");
  return `${dialect}.${words.join("_")}`;
}

/** The name that an operation with these numbers of operands and results is declared by. */
export function variadicName({ name, operands, results }: Arity): string {
  return `${declaredName(name)}_${String(operands)}_${String(results)}`;
}
