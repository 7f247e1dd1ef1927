import { ok, type Result } from "../../ir/index.ts";
import { packageVersion } from "../package-root.ts";
import { type BenchResult, benchSchema } from "../schemas/bench.ts";
import { defineVerb, type Session, type Verb, type VerbDefinition } from "../verb.ts";

/** A table as a bench makes it: without the fields that all tables have. */
export type BenchTable = Omit<BenchResult, "schema" | "table" | "versions">;

/** One bench: like a verb, but what comes out is a table. */
export interface BenchDefinition<Input> extends Omit<VerbDefinition<Input>, "run"> {
  readonly run: (input: Input, session: Session) => Promise<Result<BenchTable>>;
}

/** Makes a bench, `hidalgo bench <name>`: its result is checked against `hidalgo.bench/1` and stands on stdout with `--json`. */
export function defineBench<Input>(definition: BenchDefinition<Input>): Verb {
  const { name, run } = definition;
  return defineVerb<Input>({
    ...definition,
    run: async (input, session) => {
      const table = await run(input, session);
      if (table.kind === "error") return table;
      const head = { schema: "hidalgo.bench/1", table: name } as const;
      const versions = { hidalgo: packageVersion(), node: process.versions.node };
      return ok({ ...benchSchema.parse({ ...head, ...table.value, versions }), ...head });
    },
  });
}
