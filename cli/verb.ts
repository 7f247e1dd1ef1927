import type { Command } from "commander";
import type { z } from "zod";
import type { Result } from "../ir/index.ts";
import type { Output } from "./output.ts";
import type { ResultObject } from "./result-object.ts";

/** A result or diagnostics; `wrong` is a result that contradicts the reference, which is our bug. */
export type Outcome =
  | Result<ResultObject>
  | { readonly kind: "wrong"; readonly value: ResultObject; readonly message: string };

/** What every verb is given beside its own input. */
export interface Session {
  readonly output: Output;
  /** Aborted by Ctrl-C: stop children, remove partial output, return. */
  readonly signal: AbortSignal;
}

/** One verb of the command line. `declare` adds its arguments and options; `input` is what they parse to. */
export interface VerbDefinition<Input> {
  readonly name: string;
  readonly summary: string;
  readonly declare: (command: Command) => void;
  /** Keys are commander's: argument names and option names in camelCase. */
  readonly input: z.ZodType<Input>;
  readonly run: (input: Input, session: Session) => Promise<Outcome>;
}

/** A verb with its input type sealed inside, so that verbs of all kinds fit one list. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly declare: (command: Command) => void;
  /** Checks what commander read, then runs. */
  readonly invoke: (raw: unknown, session: Session) => Promise<VerbEnd>;
}

/** Verbs below a common word: `hidalgo bench serve`. */
export interface VerbGroup {
  readonly name: string;
  readonly summary: string;
  readonly verbs: readonly Verb[];
}

/** How an invocation ended: with the verb's own outcome, or before it began. */
export type VerbEnd = Outcome | { readonly kind: "misused"; readonly problem: string };

/** Makes a verb; the only place where an input's type and its schema meet. */
export function defineVerb<Input>(definition: VerbDefinition<Input>): Verb {
  const { name, summary, declare, input, run } = definition;
  return {
    name,
    summary,
    declare,
    invoke: async (raw, session) => {
      const parsed = input.safeParse(raw);
      if (parsed.success) return run(parsed.data, session);
      const problem = parsed.error.issues
        .map((issue) => `${issue.path.join(".")}: ${issue.message}`)
        .join("; ");
      return { kind: "misused", problem };
    },
  };
}
