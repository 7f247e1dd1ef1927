import { Block, Operation, type Value } from "../../core/operation.ts";
import { noneType, printType, sameType, type Type } from "../../core/type.ts";
import { at } from "../../support/bug.ts";
import { builtSpan, type Diagnostic, type Span } from "../../support/diagnostics.ts";
import { mismatchedUse, redefinedValue, undefinedValue } from "./diagnostics.ts";

/** A value read by name. */
export interface UseName {
  readonly name: string;
  readonly span: Span;
}

interface Definition {
  readonly value: Value;
  readonly span: Span;
}
/** Stands for a value that is defined further down, with the type that its first use gives it (none: unknown). */
interface Forward {
  readonly use: UseName;
  readonly placeholder: Value;
}
interface Scope {
  readonly isolated: boolean;
  readonly graph: boolean;
  readonly defined: Map<string, Definition>;
  readonly forward: Map<string, Forward>;
}

/** Names of values while text is read. */
export class ValueScopes {
  readonly #scopes: Scope[] = [];
  readonly #report: (diagnostic: Diagnostic) => void;
  /** Stands for whatever could not be defined: uses of it are not reported again. */
  readonly #poison: Value = at(new Block([noneType]).args, 0);

  constructor(report: (diagnostic: Diagnostic) => void) {
    this.#report = report;
  }

  /** Whether `value` stands for something that was reported already. */
  isPoison(value: Value): boolean {
    return value === this.#poison;
  }

  push(isolated: boolean, graph: boolean): void {
    this.#scopes.push({ isolated, graph, defined: new Map(), forward: new Map() });
  }

  /** How many scopes are open. */
  get depth(): number {
    return this.#scopes.length;
  }

  /** Drops scopes whose operation could not be read, without a word about what is missing in them. */
  unwind(depth: number): void {
    this.#scopes.length = Math.min(depth, this.#scopes.length);
  }

  /** Closes the innermost scope; what was used in it and not defined is looked for further out, or reported. */
  pop(): void {
    const scope = this.#scopes.pop();
    if (scope === undefined) return;
    const outer = scope.isolated ? undefined : this.#scopes[this.#scopes.length - 1];
    for (const [name, forward] of scope.forward) {
      const defined = scope.isolated ? undefined : this.#find(name);
      if (defined !== undefined) this.#settle(forward, defined.value);
      else if (outer?.graph === true && !outer.forward.has(name)) outer.forward.set(name, forward);
      else this.#report(undefinedValue(forward.use.span, { name }));
    }
  }

  define(name: string, value: Value, span: Span): void {
    const scope = at(this.#scopes, this.#scopes.length - 1);
    const known = this.#find(name);
    if (known !== undefined) {
      const note = { span: known.span, text: "it is defined here first" };
      this.#report({ ...redefinedValue(span, { name }), notes: [note] });
      return;
    }
    scope.defined.set(name, { value, span });
    const forward = scope.forward.get(name);
    if (forward === undefined) return;
    scope.forward.delete(name);
    this.#settle(forward, value);
  }

  /** Makes `name` known without a value, so that its uses are not reported. */
  poison(name: string, span: Span): void {
    if (this.#find(name) === undefined) this.define(name, this.#poison, span);
  }

  /** The value of a name; `type` is what the place of the use asks for, where it says so. */
  resolve(use: UseName, type?: Type): Value {
    const known = this.#find(use.name);
    if (known !== undefined) {
      this.#checkType(use, type, known.value);
      return known.value;
    }
    const [pack = use.name] = use.name.split("#");
    if (this.#find(pack)?.value === this.#poison) return this.#poison;
    const scope = at(this.#scopes, this.#scopes.length - 1);
    if (!scope.graph) {
      this.#report(undefinedValue(use.span, { name: use.name }));
      this.poison(use.name, use.span);
      return this.#poison;
    }
    const waiting = scope.forward.get(use.name);
    if (waiting !== undefined && (type === undefined || waiting.placeholder.type.kind !== "none")) {
      this.#checkType(use, type, waiting.placeholder);
      return waiting.placeholder;
    }
    return this.#await(scope, use, type);
  }

  #await(scope: Scope, use: UseName, type: Type | undefined): Value {
    const holder = new Operation({
      name: "text.forward",
      resultTypes: [type ?? noneType],
      span: builtSpan("forward reference"),
    });
    const waiting = scope.forward.get(use.name);
    waiting?.placeholder.replaceAllUsesWith(holder.result);
    scope.forward.set(use.name, { use, placeholder: holder.result });
    return holder.result;
  }

  #settle(forward: Forward, value: Value): void {
    const { placeholder, use } = forward;
    if (placeholder.type.kind !== "none") this.#checkType(use, placeholder.type, value);
    placeholder.replaceAllUsesWith(value);
  }

  #checkType(use: UseName, type: Type | undefined, value: Value): void {
    if (
      type === undefined ||
      this.isPoison(value) ||
      value.type.kind === "none" ||
      sameType(type, value.type)
    )
      return;
    this.#report(
      mismatchedUse(use.span, { name: use.name, used: printType(type), defined: printType(value.type) }),
    );
  }

  #find(name: string): Definition | undefined {
    for (let index = this.#scopes.length - 1; index >= 0; index--) {
      const scope = at(this.#scopes, index);
      const definition = scope.defined.get(name);
      if (definition !== undefined) return definition;
      if (scope.isolated) return undefined;
    }
    return undefined;
  }
}
