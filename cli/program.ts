import { Command, CommanderError } from "commander";
import { present } from "../ir/index.ts";
import type { Output } from "./output.ts";
import { packageVersion } from "./package-root.ts";
import type { Session, Verb, VerbEnd, VerbGroup } from "./verb.ts";

/** What parsing a command line led to. */
export type Parsed =
  | { readonly kind: "ended"; readonly verb: string; readonly end: VerbEnd }
  | { readonly kind: "shown" } // help or version was printed, and that was all
  | { readonly kind: "misused"; readonly problem: string };

/** Parses `args` (without node and script) and runs the verb they name. Usage errors are values. */
export async function runProgram(
  args: readonly string[],
  verbs: readonly (Verb | VerbGroup)[],
  session: Session,
): Promise<Parsed> {
  let parsed: Parsed = { kind: "shown" };
  const program = makeProgram(session.output);
  addVerbs(program, verbs, async (verb, command) => {
    const end = await verb.invoke(inputOf(command), session);
    parsed = { kind: "ended", verb: verbPath(command), end };
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return parsed;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: "shown" };
    return { kind: "misused", problem: usageProblem(error) };
  }
}

/** Adds a command for each verb; those of a group stand below the group's own. */
function addVerbs(
  parent: Command,
  verbs: readonly (Verb | VerbGroup)[],
  invoke: (verb: Verb, command: Command) => Promise<void>,
): void {
  for (const verb of verbs) {
    const command = parent.command(verb.name).summary(verb.summary).description(verb.summary);
    if ("verbs" in verb) {
      addVerbs(command, verb.verbs, invoke);
      continue;
    }
    verb.declare(command);
    command.option("--json", "NDJSON on stdout; its last line is the result");
    command.action(() => invoke(verb, command));
  }
}

/** The words that name a command, without `hidalgo`. */
function verbPath(command: Command): string {
  const { parent } = command;
  const isTop = (parent?.parent ?? null) === null;
  return isTop || parent === null ? command.name() : `${verbPath(parent)} ${command.name()}`;
}

function makeProgram(output: Output): Command {
  const silent = (): void => undefined; // usage errors are rendered like every other diagnostic
  return new Command("hidalgo")
    .description("Compiles a transformer checkpoint into synthesizable FPGA hardware and runs it.")
    .version(packageVersion(), "-V, --version")
    .exitOverride()
    .configureOutput({
      writeErr: silent,
      writeOut: (text) => {
        output.help(text);
      },
    })
    .showHelpAfterError(false);
}

/** Arguments by their declared names, and options by theirs, in one record. */
function inputOf(command: Command): Readonly<Record<string, unknown>> {
  const values: readonly unknown[] = command.processedArgs;
  const positional = command.registeredArguments.map(
    (argument, index) => [argument.name(), values[index]] as const,
  );
  return { ...Object.fromEntries(positional), ...command.opts<Record<string, unknown>>() };
}

function usageProblem(error: CommanderError): string {
  if (error.code === "commander.help") return "no verb given";
  return present(error.message.replace(/^error: /u, "").split("\n")[0], "commander's message");
}
