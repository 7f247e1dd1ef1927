import { CompilerBug } from "../../support/bug.ts";
import type { Term } from "./term.ts";

/** The counter of a loop; its identity is the object. */
export interface Counter {
  readonly kind: "counter";
  readonly name: string;
}
/** `floor(of / by)`: what tiling and upstream's `floordiv`, `ceildiv` and `mod` come down to. */
interface Quotient {
  readonly kind: "quotient";
  readonly of: AffineSum;
  readonly by: number;
}
/** An index that loops do not determine: an argument of the function, or data. Nothing is known of it. */
export interface Opaque {
  readonly kind: "opaque";
  readonly term: Term;
}
export type Variable = Counter | Quotient | Opaque;

/** A sum of variables times whole factors, and a constant. */
export interface AffineSum {
  readonly terms: ReadonlyMap<Variable, number>;
  readonly constant: number;
}

/** The number `value`. */
export function constantSum(value: number): AffineSum {
  return { terms: new Map(), constant: value };
}

/** `factor · variable + constant`. */
export function variableSum(variable: Variable, factor = 1, constant = 0): AffineSum {
  return factor === 0 ? constantSum(constant) : { terms: new Map([[variable, factor]]), constant };
}

/** A new counter. */
export function newCounter(name: string): Counter {
  return { kind: "counter", name };
}

/** Whether two variables stand for the same number wherever both are in scope. */
export function sameVariable(a: Variable, b: Variable): boolean {
  if (a === b) return true;
  if (a.kind === "quotient" && b.kind === "quotient") return a.by === b.by && sameSum(a.of, b.of);
  if (a.kind === "opaque" && b.kind === "opaque")
    return a.term.kind === "value" && b.term.kind === "value" && a.term.value === b.term.value;
  return false;
}

function known(terms: ReadonlyMap<Variable, number>, variable: Variable): Variable {
  if (variable.kind === "counter" || terms.has(variable)) return variable;
  for (const other of terms.keys()) if (sameVariable(other, variable)) return other;
  return variable;
}

/** The factor of a variable, 0 where it does not occur. */
export function factorOf(sum: AffineSum, variable: Variable): number {
  return sum.terms.get(known(sum.terms, variable)) ?? 0;
}

/** `a + factor · b`. */
export function addSums(a: AffineSum, b: AffineSum, factor = 1): AffineSum {
  const terms = new Map(a.terms);
  for (const [variable, times] of b.terms) {
    const key = known(terms, variable);
    const total = (terms.get(key) ?? 0) + factor * times;
    if (total === 0) terms.delete(key);
    else terms.set(key, total);
  }
  return { terms, constant: a.constant + factor * b.constant };
}

/** `a - b`. */
export function subtractSums(a: AffineSum, b: AffineSum): AffineSum {
  return addSums(a, b, -1);
}

/** `a · factor`. */
export function scaleSum(a: AffineSum, factor: number): AffineSum {
  return addSums(constantSum(0), a, factor);
}

/** `a + offset`. */
export function offsetSum(a: AffineSum, offset: number): AffineSum {
  return { terms: a.terms, constant: a.constant + offset };
}

/** `floor(sum / by)`: what `by` divides is taken out, so that a quotient is left only where there is one. */
export function floorSum(sum: AffineSum, by: number): AffineSum {
  if (by < 1) throw new CompilerBug("a quotient by less than one");
  if (by === 1) return sum;
  const [whole, rest] = [new Map<Variable, number>(), new Map<Variable, number>()];
  for (const [variable, factor] of sum.terms) {
    if (factor % by === 0) whole.set(variable, factor / by);
    else rest.set(variable, factor);
  }
  const constant = Math.floor(sum.constant / by);
  const out = { terms: whole, constant };
  if (rest.size === 0) return out;
  const of = { terms: rest, constant: sum.constant - constant * by };
  return addSums(out, variableSum({ kind: "quotient", of, by }));
}

/** The number, where the sum is one. */
export function sumConstant(sum: AffineSum): number | undefined {
  return sum.terms.size === 0 ? sum.constant : undefined;
}

/** Whether two sums are the same expression. */
export function sameSum(a: AffineSum, b: AffineSum): boolean {
  const difference = subtractSums(a, b);
  return difference.terms.size === 0 && difference.constant === 0;
}

/** All variables, those inside of quotients too. */
export function variablesOf(sum: AffineSum): readonly Variable[] {
  return [...sum.terms.keys()].flatMap((variable) =>
    variable.kind === "quotient" ? [variable, ...variablesOf(variable.of)] : [variable],
  );
}

/** Whether a counter occurs in the sum. */
export function mentions(sum: AffineSum, counter: Counter): boolean {
  return variablesOf(sum).includes(counter);
}

/** The sum with variables replaced: `replace` gives undefined for those that stay. */
export function substituteSum(
  sum: AffineSum,
  replace: (variable: Counter | Opaque) => AffineSum | undefined,
): AffineSum {
  let out = constantSum(sum.constant);
  for (const [variable, factor] of sum.terms) {
    const value =
      variable.kind === "quotient"
        ? floorSum(substituteSum(variable.of, replace), variable.by)
        : (replace(variable) ?? variableSum(variable));
    out = addSums(out, value, factor);
  }
  return out;
}

/** The value for given counters; opaque variables have none. */
export function evaluateSum(sum: AffineSum, counterValue: (counter: Counter) => number): number {
  let total = sum.constant;
  for (const [variable, factor] of sum.terms) {
    if (variable.kind === "opaque") throw new CompilerBug("an opaque index has no value");
    const value =
      variable.kind === "counter"
        ? counterValue(variable)
        : Math.floor(evaluateSum(variable.of, counterValue) / variable.by);
    total += factor * value;
  }
  return total;
}

/** `2 * i + floor((j + 1) / 4) - 3`, for people. */
export function printSum(sum: AffineSum): string {
  const parts = [...sum.terms].map(([variable, factor]) => {
    const text =
      variable.kind === "counter"
        ? variable.name
        : variable.kind === "opaque"
          ? "?"
          : `floor((${printSum(variable.of)}) / ${String(variable.by)})`;
    return factor === 1 ? text : `${String(factor)} * ${text}`;
  });
  if (sum.constant !== 0 || parts.length === 0) parts.push(String(sum.constant));
  return parts.join(" + ").replaceAll("+ -", "- ");
}
