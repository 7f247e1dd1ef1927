import type { Attributes } from "../../core/attribute.ts";
import type { Value } from "../../core/operation.ts";
import { printType, type Type } from "../../core/type.ts";
import { changeStatements, type Node } from "../model/program.ts";
import type { AffineSum, Variable } from "../model/sum.ts";
import { type Guard, mapChoice, mapOperation, type Term } from "../model/term.ts";

/** Terms that say the same become one object, so that what is computed twice in a body is written once. */
export function shareTerms(nodes: readonly Node[]): readonly Node[] {
  const sharing = new Sharing();
  return changeStatements(nodes, (statement) => ({
    ...statement,
    guards: statement.guards.map(
      (guard): Guard =>
        guard.kind === "data" ? { ...guard, condition: sharing.term(guard.condition) } : guard,
    ),
    value: sharing.term(statement.value),
  }));
}

/** The text of attributes; equal texts are equal attributes. */
export function attributesKey(attributes: Attributes): string {
  return JSON.stringify(attributes, (_, value: unknown) => {
    if (typeof value === "bigint") return `${String(value)}n`;
    if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
    return value;
  });
}

class Sharing {
  readonly #terms = new Map<string, Term>();
  readonly #done = new Map<Term, Term>();
  readonly #numbers = new Map<object, number>();

  term(term: Term): Term {
    const known = this.#done.get(term);
    if (known !== undefined) return known;
    const made = this.#withSharedOperands(term);
    const key = this.#key(made);
    const shared = this.#terms.get(key) ?? made;
    this.#terms.set(key, shared);
    this.#done.set(term, shared);
    return shared;
  }

  #withSharedOperands(term: Term): Term {
    switch (term.kind) {
      case "operation":
        return mapOperation(term, (operand) => this.term(operand));
      case "choose":
        return mapChoice(term, (operand) => this.term(operand));
      case "load":
      case "index":
      case "value":
        return term;
    }
  }

  #number(object: object): number {
    const known = this.#numbers.get(object);
    if (known !== undefined) return known;
    this.#numbers.set(object, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  #key(term: Term): string {
    switch (term.kind) {
      case "operation":
        return `${term.name}(${this.#list(term.operands)}):${this.#type(term.type)}${attributesKey(term.attributes)}`;
      case "choose":
        return `choose(${this.#list([term.condition, term.whenTrue, term.whenFalse])})`;
      case "load":
        return `load ${this.#value(term.access.array)}[${term.access.subscripts.map((sum) => this.#sum(sum)).join()}]`;
      case "index":
        return `index ${this.#sum(term.sum)}`;
      case "value":
        return `value ${this.#value(term.value)}`;
    }
  }

  #list(terms: readonly Term[]): string {
    return terms.map((term) => String(this.#number(term))).join();
  }
  #type(type: Type): string {
    return printType(type);
  }
  #value(value: Value): string {
    return String(this.#number(value));
  }

  #sum({ terms, constant }: AffineSum): string {
    const parts = [...terms].map(([variable, factor]) => `${String(factor)}*${this.#variable(variable)}`);
    return [...parts.sort(), String(constant)].join("+");
  }

  #variable(variable: Variable): string {
    if (variable.kind === "quotient") return `floor(${this.#sum(variable.of)}/${String(variable.by)})`;
    return String(this.#number(variable.kind === "counter" ? variable : variable.term));
  }
}
