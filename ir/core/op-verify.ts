import { at } from "../support/bug.ts";
import { type Diagnostic, defineDiagnostic } from "../support/diagnostics.ts";
import type { OpSpec } from "./op-definition.ts";
import type { Operation } from "./operation.ts";
import { printType, sameType } from "./type.ts";

const wrongCount = defineDiagnostic(
  "IR0001",
  "error",
  (p: { op: string; what: string; actual: number; wanted: string }) => ({
    message: `${p.op} has ${String(p.actual)} ${p.what}`,
    expected: `${p.wanted} ${p.what}`,
  }),
);
const wrongType = defineDiagnostic(
  "IR0002",
  "error",
  (p: { op: string; what: string; actual: string; wanted: string }) => ({
    message: `${p.what} of ${p.op} is ${p.actual}`,
    expected: p.wanted,
  }),
);
const wrongAttribute = defineDiagnostic(
  "IR0003",
  "error",
  (p: { op: string; key: string; wanted: string; missing: boolean }) => ({
    message: `attribute ${p.key} of ${p.op} is ${p.missing ? "missing" : "of the wrong kind"}`,
    expected: p.wanted,
  }),
);
const mixedTypes = defineDiagnostic("IR0004", "error", (p: { op: string; first: string; other: string }) => ({
  message: `${p.op} mixes ${p.first} and ${p.other}`,
  expected: "one type for all operands and results",
}));

/** Counts, types, attributes and traits of `op` against its definition. */
export function verifyAgainstSpec(op: Operation, spec: OpSpec): readonly Diagnostic[] {
  return [
    ...verifyValues(op, "operands", { named: spec.operands, rest: spec.rest }),
    ...verifyValues(op, "results", { named: spec.results, rest: spec.restResults }),
    ...verifyAttributes(op, spec),
    ...(op.regions.length === spec.regions
      ? []
      : [
          wrongCount(op.span, {
            op: op.name,
            what: "regions",
            actual: op.regions.length,
            wanted: String(spec.regions),
          }),
        ]),
    ...(spec.traits.includes("same-type") ? verifySameType(op) : []),
  ];
}

function verifyValues(
  op: Operation,
  what: "operands" | "results",
  { named, rest }: { readonly named: OpSpec["operands"]; readonly rest: OpSpec["rest"] },
): readonly Diagnostic[] {
  const values = op[what];
  const entries = Object.entries(named);
  if (values.length < entries.length || (values.length > entries.length && rest === undefined)) {
    const wanted = rest === undefined ? String(entries.length) : `at least ${String(entries.length)}`;
    return [wrongCount(op.span, { op: op.name, what, actual: values.length, wanted })];
  }
  return values.flatMap((value, index) => {
    const [name, constraint] = entries[index] ?? [`#${String(index)}`, rest];
    if (constraint === undefined || constraint.accepts(value.type)) return [];
    const label = `${what === "operands" ? "operand" : "result"} ${name}`;
    return [
      wrongType(op.span, {
        op: op.name,
        what: label,
        actual: printType(value.type),
        wanted: constraint.summary,
      }),
    ];
  });
}

function verifyAttributes(op: Operation, spec: OpSpec): readonly Diagnostic[] {
  return Object.entries(spec.attrs).flatMap(([key, constraint]) => {
    const stored = op.attribute(key);
    if (stored === undefined && constraint.optional === true) return [];
    if (stored !== undefined && constraint.read(stored) !== undefined) return [];
    return [
      wrongAttribute(op.span, {
        op: op.name,
        key,
        wanted: constraint.summary,
        missing: stored === undefined,
      }),
    ];
  });
}

function verifySameType(op: Operation): readonly Diagnostic[] {
  const values = [...op.operands, ...op.results];
  if (values.length === 0) return [];
  const first = at(values, 0).type;
  const other = values.find((value) => !sameType(value.type, first));
  return other === undefined
    ? []
    : [mixedTypes(op.span, { op: op.name, first: printType(first), other: printType(other.type) })];
}
