import { greatestCommonDivisor } from "../../support/integers.ts";

/** Coefficients of the variables, then the constant. */
export type Row = readonly number[];

/** Rows that are zero, and rows that are at least zero, over whole numbers. */
export interface Rows {
  readonly equalities: readonly Row[];
  readonly inequalities: readonly Row[];
}

/** How many steps a question may take before it is answered conservatively. */
const BUDGET = 4000;
/** Coefficients beyond this are not computed with. */
const LARGEST = 2 ** 44;

class GaveUp extends Error {}

/**
 * Whether some whole numbers satisfy all rows: the Omega test (Pugh, Supercomputing 1991), exact with dark shadows and
 * splinters. Where numbers or steps get out of hand the answer is true.
 */
export function isFeasible(rows: Rows): boolean {
  const budget = { left: BUDGET };
  try {
    return solve(rows, budget);
  } catch (error) {
    if (error instanceof GaveUp) return true;
    throw error;
  }
}

function solve(rows: Rows, budget: { left: number }): boolean {
  if (--budget.left < 0) throw new GaveUp();
  const reduced = withoutEqualities(rows);
  if (reduced === undefined) return false;
  const inequalities = tightened(reduced);
  if (inequalities === undefined) return false;
  if (inequalities.equalities.length > 0) return solve(inequalities, budget);
  const list = inequalities.inequalities;
  const choice = cheapestVariable(list);
  if (choice === undefined) return true;
  const { variable, isExact } = choice;
  const real = shadow(list, variable, false);
  if (isExact) return solve({ equalities: [], inequalities: real }, budget);
  if (!solve({ equalities: [], inequalities: real }, budget)) return false;
  if (solve({ equalities: [], inequalities: shadow(list, variable, true) }, budget)) return true;
  return splinters(list, variable).some((equality) =>
    solve({ equalities: [equality], inequalities: list }, budget),
  );
}

function divided(row: Row, kind: "equality" | "inequality"): Row | "always" | "never" {
  const last = row.length - 1;
  let divisor = 0;
  for (let index = 0; index < last; index++) {
    const value = row[index] ?? 0;
    if (Math.abs(value) > LARGEST) throw new GaveUp();
    if (value !== 0) divisor = greatestCommonDivisor(divisor, Math.abs(value));
  }
  const constant = row[last] ?? 0;
  if (divisor === 0) {
    const holds = kind === "equality" ? constant === 0 : constant >= 0;
    return holds ? "always" : "never";
  }
  if (divisor === 1) return row;
  if (kind === "equality" && constant % divisor !== 0) return "never";
  return row.map((value, index) => (index === last ? Math.floor(value / divisor) : value / divisor));
}

/** Solves equalities for one variable after the other; undefined where there is no solution. */
function withoutEqualities(rows: Rows): readonly Row[] | undefined {
  let equalities: readonly Row[] = rows.equalities;
  let inequalities: readonly Row[] = rows.inequalities;
  for (;;) {
    const rest: Row[] = [];
    for (const row of equalities) {
      const simple = divided(row, "equality");
      if (simple === "never") return undefined;
      if (simple !== "always") rest.push(simple);
    }
    const equality = rest.find((row) => row.slice(0, -1).some((value) => Math.abs(value) === 1)) ?? rest[0];
    if (equality === undefined) return inequalities;
    const solved = solution(equality);
    const others = solved.keeps ? rest : rest.filter((row) => row !== equality);
    equalities = others.map((row) => substituted(row, solved));
    inequalities = inequalities.map((row) => substituted(row, solved));
  }
}

/** A variable as a row of the others; with `added`, over one more variable in front of the constant. */
interface Solution {
  readonly variable: number;
  readonly row: Row;
  readonly added: boolean;
  /** Whether the equality itself is still needed. */
  readonly keeps: boolean;
}

function solution(equality: Row): Solution {
  const last = equality.length - 1;
  let variable = -1;
  for (let index = 0; index < last; index++) {
    const size = Math.abs(equality[index] ?? 0);
    if (size !== 0 && (variable < 0 || size < Math.abs(equality[variable] ?? 0))) variable = index;
  }
  const factor = equality[variable] ?? 0;
  if (Math.abs(factor) === 1) {
    const row = equality.map((value, index) => (index === variable ? 0 : -factor * value));
    return { variable, row, added: false, keeps: false };
  }
  const modulus = Math.abs(factor) + 1;
  const sign = Math.sign(factor);
  const row = equality.map((value, index) =>
    index === variable ? 0 : sign * balancedRemainder(value, modulus),
  );
  row.splice(last, 0, -sign * modulus);
  return { variable, row, added: true, keeps: true };
}

/** The remainder between -modulus / 2 and modulus / 2 (Pugh's mod with a hat). */
function balancedRemainder(value: number, modulus: number): number {
  return value - modulus * Math.floor(value / modulus + 0.5);
}

function substituted(row: Row, { variable, row: by, added }: Solution): Row {
  const wide = added ? [...row.slice(0, -1), 0, row[row.length - 1] ?? 0] : row;
  const factor = wide[variable] ?? 0;
  if (factor === 0) return wide;
  return wide.map((value, index) => (index === variable ? 0 : value) + factor * (by[index] ?? 0));
}

/** Each direction once, with the strongest constant; opposite rows that leave one value become equalities. */
function tightened(rows: readonly Row[]): Rows | undefined {
  const strongest = new Map<string, Row>();
  for (const row of rows) {
    const simple = divided(row, "inequality");
    if (simple === "never") return undefined;
    if (simple === "always") continue;
    const key = simple.slice(0, -1).join();
    const known = strongest.get(key);
    if (known === undefined || constantOf(known) > constantOf(simple)) strongest.set(key, simple);
  }
  const inequalities = [...strongest.values()];
  const equalities: Row[] = [];
  for (const row of inequalities) {
    const opposite = strongest.get(negated(row).slice(0, -1).join());
    if (opposite === undefined) continue;
    const slack = constantOf(row) + constantOf(opposite);
    if (slack < 0) return undefined;
    if (slack === 0) equalities.push(row);
  }
  return { equalities, inequalities };
}

function constantOf(row: Row): number {
  return row[row.length - 1] ?? 0;
}

/** All signs turned; no negative zeros, which would be other text. */
function negated(row: Row): Row {
  return row.map((value) => 0 - value);
}

function cheapestVariable(
  rows: readonly Row[],
): { readonly variable: number; readonly isExact: boolean } | undefined {
  let best: { variable: number; isExact: boolean; cost: number } | undefined;
  const count = (rows[0]?.length ?? 1) - 1;
  for (let variable = 0; variable < count; variable++) {
    const factors = rows.map((row) => row[variable] ?? 0);
    const lower = factors.filter((factor) => factor > 0);
    const upper = factors.filter((factor) => factor < 0);
    if (lower.length + upper.length === 0) continue;
    const isExact = lower.every((factor) => factor === 1) || upper.every((factor) => factor === -1);
    const cost = lower.length * upper.length - lower.length - upper.length + (isExact ? 0 : 1e6);
    if (best === undefined || cost < best.cost) best = { variable, isExact, cost };
  }
  return best;
}

/** Fourier and Motzkin's elimination of a variable; the dark shadow holds only where a whole number lies between. */
function shadow(rows: readonly Row[], variable: number, dark: boolean): readonly Row[] {
  const out = rows.filter((row) => (row[variable] ?? 0) === 0);
  const lower = rows.filter((row) => (row[variable] ?? 0) > 0);
  const upper = rows.filter((row) => (row[variable] ?? 0) < 0);
  for (const low of lower) {
    for (const high of upper) {
      const [a, b] = [low[variable] ?? 0, -(high[variable] ?? 0)];
      const row = low.map((value, index) => b * value + a * (high[index] ?? 0));
      if (dark) row[row.length - 1] = (row[row.length - 1] ?? 0) - (a - 1) * (b - 1);
      out.push(row);
    }
  }
  return out;
}

/** Near a lower bound, where the dark shadow does not look: the bound and a few more, one equality each. */
function splinters(rows: readonly Row[], variable: number): readonly Row[] {
  const largest = Math.max(...rows.map((row) => -(row[variable] ?? 0)));
  return rows
    .filter((row) => (row[variable] ?? 0) > 0)
    .flatMap((row) => {
      const factor = row[variable] ?? 0;
      const count = Math.floor((factor * largest - factor - largest) / largest) + 1;
      return Array.from({ length: Math.max(0, count) }, (_, offset) =>
        row.map((value, index) => (index === row.length - 1 ? value - offset : value)),
      );
    });
}

/**
 * Rows over the first `kept` variables and the constant that every solution satisfies: the rational shadow, tightened to
 * whole numbers. Undefined where there is no solution, or where it is not worth computing.
 */
export function project(rows: Rows, kept: number): readonly Row[] | undefined {
  try {
    return projected(rows, kept);
  } catch (error) {
    if (error instanceof GaveUp) return undefined;
    throw error;
  }
}

function projected({ equalities, inequalities }: Rows, kept: number): readonly Row[] | undefined {
  let list: readonly Row[] = [...inequalities, ...equalities.flatMap((row) => [row, negated(row)])];
  for (;;) {
    const simple = tightened(list);
    if (simple === undefined) return undefined;
    list = simple.inequalities;
    if (list.length > 400) throw new GaveUp();
    const masked = list.map((row) => [...row.slice(0, kept).map(() => 0), ...row.slice(kept)]);
    const choice = cheapestVariable(masked);
    if (choice === undefined) return list.map((row) => [...row.slice(0, kept), row[row.length - 1] ?? 0]);
    list = shadow(list, choice.variable, false);
  }
}
