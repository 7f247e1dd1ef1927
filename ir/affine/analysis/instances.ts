import type { Loop, Placed, Statement } from "../model/program.ts";
import {
  type AffineSum,
  constantSum,
  offsetSum,
  sameVariable,
  subtractSums,
  type Variable,
} from "../model/sum.ts";
import type { Constraint } from "../model/term.ts";
import { isFeasible, type Row, type Rows } from "./integer-system.ts";

/** A sum over columns of a system. */
export interface Form {
  readonly terms: ReadonlyMap<number, number>;
  readonly constant: number;
}

/** `a + factor · b`. */
export function addForms(a: Form, b: Form, factor = 1): Form {
  const terms = new Map(a.terms);
  for (const [column, times] of b.terms) terms.set(column, (terms.get(column) ?? 0) + factor * times);
  return { terms, constant: a.constant + factor * b.constant };
}

/** Constraints on several instances of statements at once. */
export class ConstraintSystem {
  #columns: number;
  readonly #equalities: Form[];
  readonly #inequalities: Form[];
  /** Opaque values that are the same everywhere. */
  readonly #shared: Map<Variable, number>;

  constructor(like?: ConstraintSystem) {
    this.#columns = like?.columns ?? 0;
    this.#equalities = [...(like?.equalities ?? [])];
    this.#inequalities = [...(like?.inequalities ?? [])];
    this.#shared = new Map(like?.shared ?? []);
  }

  get columns(): number {
    return this.#columns;
  }
  get equalities(): readonly Form[] {
    return this.#equalities;
  }
  get inequalities(): readonly Form[] {
    return this.#inequalities;
  }
  get shared(): Map<Variable, number> {
    return this.#shared;
  }

  column(): number {
    return this.#columns++;
  }
  isZero(form: Form): this {
    this.#equalities.push(form);
    return this;
  }
  isNotNegative(form: Form): this {
    this.#inequalities.push(form);
    return this;
  }

  rows(): Rows {
    const dense = ({ terms, constant }: Form): Row => {
      const row = new Array<number>(this.#columns + 1).fill(0);
      for (const [column, factor] of terms) row[column] = factor;
      row[this.#columns] = constant;
      return row;
    };
    return { equalities: this.#equalities.map(dense), inequalities: this.#inequalities.map(dense) };
  }

  isFeasible(): boolean {
    return isFeasible(this.rows());
  }
}

/** One iteration of some loops within a system: its counters are columns. */
export class Instance {
  readonly #system: ConstraintSystem;
  readonly #columns: Map<Variable, number>;

  constructor(system: ConstraintSystem, columns: ReadonlyMap<Variable, number> = new Map()) {
    this.#system = system;
    this.#columns = new Map(columns);
  }

  /** The columns of the counters so far, to be used by a copy of the system. */
  get columns(): ReadonlyMap<Variable, number> {
    return this.#columns;
  }

  form(sum: AffineSum): Form {
    let out: Form = { terms: new Map(), constant: sum.constant };
    for (const [variable, factor] of sum.terms)
      out = addForms(out, { terms: new Map([[this.#column(variable), 1]]), constant: 0 }, factor);
    return out;
  }

  #column(variable: Variable): number {
    const isShared = variable.kind === "opaque" && variable.term.kind === "value";
    const map = isShared ? this.#system.shared : this.#columns;
    for (const [known, column] of map) if (sameVariable(known, variable)) return column;
    const column = this.#system.column();
    map.set(variable, column);
    if (variable.kind === "quotient") {
      const rest = addForms(
        this.form(variable.of),
        { terms: new Map([[column, 1]]), constant: 0 },
        -variable.by,
      );
      this.#system.isNotNegative(rest);
      this.#system.isNotNegative(addForms({ terms: new Map(), constant: variable.by - 1 }, rest, -1));
    }
    return column;
  }

  assume({ kind, sum }: Constraint): void {
    const form = this.form(sum);
    if (kind === "equal") this.#system.isZero(form);
    else this.#system.isNotNegative(form);
  }

  /** The counters are iterations of the loops. */
  assumeLoops(loops: readonly Loop[]): void {
    for (const loop of loops) for (const constraint of loopConstraints(loop)) this.assume(constraint);
    for (const { counter, lower, step } of loops) {
      const [only] = lower;
      if (step === 1 || only === undefined || lower.length > 1) continue;
      const steps: Form = { terms: new Map([[this.#system.column(), 1]]), constant: 0 };
      const offset = this.form(subtractSums({ terms: new Map([[counter, 1]]), constant: 0 }, only));
      this.#system.isZero(addForms(offset, steps, -step));
    }
  }

  /** The statement runs. */
  assumeRuns({ statement, loops }: Placed): void {
    this.assumeLoops(loops);
    for (const constraint of guardConstraints(statement)) this.assume(constraint);
  }
}

/** What a loop says of its counter. */
export function loopConstraints({ counter, lower, upper }: Loop): readonly Constraint[] {
  const count: AffineSum = { terms: new Map([[counter, 1]]), constant: 0 };
  return [
    ...lower.map((sum): Constraint => ({ kind: "atLeast", sum: subtractSums(count, sum) })),
    ...upper.map((sum): Constraint => ({ kind: "atLeast", sum: offsetSum(subtractSums(sum, count), -1) })),
  ];
}

/** What guards say of counters; conditions on data say nothing. */
export function guardConstraints({ guards }: Statement): readonly Constraint[] {
  return guards.flatMap((guard) => (guard.kind === "affine" ? guard.constraints : []));
}

/** The opposite of a constraint, as alternatives. */
export function oppositesOf({ kind, sum }: Constraint): readonly Constraint[] {
  const below = (of: AffineSum): Constraint => ({
    kind: "atLeast",
    sum: offsetSum(subtractSums(constantSum(0), of), -1),
  });
  return kind === "atLeast" ? [below(sum)] : [below(sum), below(subtractSums(constantSum(0), sum))];
}

/** Whether a constraint holds in every iteration of `loops` in which all of `given` hold. */
export function isImplied(
  constraint: Constraint,
  given: readonly Constraint[],
  loops: readonly Loop[] = [],
): boolean {
  return oppositesOf(constraint).every((opposite) => {
    const system = new ConstraintSystem();
    const instance = new Instance(system);
    instance.assumeLoops(loops);
    for (const each of [...given, opposite]) instance.assume(each);
    return !system.isFeasible();
  });
}
