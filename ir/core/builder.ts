import { CompilerBug } from "../support/bug.ts";
import { builtSpan, type Span } from "../support/diagnostics.ts";
import type { Block, Operation, Value } from "./operation.ts";

/** Appends operations at one place; the span of what it makes is `span`. */
export class Builder {
  block: Block;
  span: Span;

  constructor(block: Block, span: Span = builtSpan("builder")) {
    this.block = block;
    this.span = span;
  }

  /** Appends `op` and returns it. */
  insert(op: Operation): Operation {
    this.block.append(op);
    return op;
  }

  /** Appends `op` and returns its only result, named `hint` when it is printed. */
  value(op: Operation, hint?: string): Value {
    this.insert(op);
    const { result } = op;
    if (hint !== undefined) result.hint = hint;
    return result;
  }

  /** Runs `body` with the insertion point at the end of `block`, then comes back. */
  within<T>(block: Block, body: () => T): T {
    const outer = this.block;
    this.block = block;
    const result = body();
    if (this.block !== block) throw new CompilerBug("a nested insertion point was left open");
    this.block = outer;
    return result;
  }
}
