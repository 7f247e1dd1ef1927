import {
  at,
  i8,
  type LoopBuilder,
  present,
  type ScheduleBuilder,
  type Type,
  type Value,
} from "../../ir/index.ts";
import { nest } from "../accelerator/nest.ts";

/** A field of a command: a number, or an address in the memory of the graph, in bytes. */
type Field = number | { readonly offset: number };

/** A command to a kernel or a request to a burst engine. */
interface Send {
  readonly to: Value;
  readonly fields: readonly Field[];
}

/** What a step starts, and the tokens by which its end is known. */
export interface StepParts {
  /** Values of the graph that have to be there. */
  readonly after: readonly Value[];
  readonly sends: readonly Send[];
  /** Says that all of `results` are there; absent where another kernel waits for the step. */
  readonly done?: Value;
  readonly results?: readonly Value[];
}

/** When a step runs: a start command names one phase, or 0 for all of them in order. */
export const PHASES = { all: 0, load: 1, run: 2, unload: 3 } as const;
/** The type of the field that says which phase to run. */
export const PHASE = i8;
export type Phase = Exclude<keyof typeof PHASES, "all">;

interface Step {
  readonly phase: Phase;
  readonly waits: ReadonlySet<Value>;
  readonly sends: readonly Send[];
}

/** The numbers of steps that have something in common, of one phase. */
interface Steps {
  readonly phase: Phase;
  readonly numbers: readonly number[];
}

/** What the kernel that walks over the steps knows of itself. */
interface Walk {
  readonly b: LoopBuilder;
  readonly step: Value;
  /** The phase that is asked for; absent where there is one only. */
  readonly asked: Value | undefined;
}

/**
 * The program of a graph: steps in order. A step is issued when the values that it reads are there, so that independent
 * steps overlap; done tokens of one kernel come in the order of its commands, and all of them find room: then every step ends.
 */
export class Program {
  readonly #steps: Step[] = [];
  readonly #ready = new Map<Value, { readonly done: Value; readonly number: number }>();
  readonly #sent = new Map<Value, number>();
  readonly #awaited = new Map<Value, number>();
  #phase: Phase = "run";

  /** What follows is of this phase; everything before it has ended when it begins. Phases come in their order. */
  begin(phase: Phase): void {
    if (this.#steps.length > 0) this.#waitForAll();
    this.#phase = phase;
  }

  /** Whether a start command says which phase it wants. */
  get hasPhases(): boolean {
    return this.#steps.some(({ phase }) => phase !== "run");
  }

  step({ after, sends, done, results = [] }: StepParts): void {
    const waits = this.#wait(after.flatMap((value) => this.#ready.get(value) ?? []));
    this.#steps.push({ phase: this.#phase, waits, sends });
    if (done === undefined) return;
    const number = (this.#sent.get(done) ?? 0) + 1;
    this.#sent.set(done, number);
    for (const result of results) this.#ready.set(result, { done, number });
  }

  /** Writes the kernel that walks over the steps; its own done token comes when everything has ended. */
  finish(s: ScheduleBuilder, start: Value, finished: Value): void {
    this.#waitForAll();
    const waits = distinct(this.#steps.flatMap((step) => [...step.waits]));
    const targets = distinct(this.#steps.flatMap((step) => step.sends.map(({ to }) => to)));
    const name = (prefix: string, index: number): string => `${prefix}${String(index)}`;
    s.kernel({
      name: "sequence",
      command: start,
      fields: this.hasPhases ? ["memory", "phase"] : ["memory"],
      done: finished,
      connections: Object.fromEntries([
        ...waits.map((wait, index) => [name("wait", index), wait] as const),
        ...targets.map((target, index) => [name("send", index), target] as const),
      ]),
      body: ({ b, port, field }) => {
        nest(b, { step: this.#steps.length }, ({ step }) => {
          const walk: Walk = { b, step, asked: this.hasPhases ? field.phase : undefined };
          waits.forEach((wait, index) => {
            const own = this.#stepsWith((each) => each.waits.has(wait));
            b.when(isOneOf(walk, own), () => {
              b.readFields(present(port[name("wait", index)], "a token stream"));
            });
          });
          targets.forEach((to, index) => {
            this.#send(walk, {
              memory: present(field.memory, "the address of the memory"),
              to,
              port: present(port[name("send", index)], "a command stream"),
            });
          });
        });
      },
    });
  }

  #waitForAll(): void {
    const rest = Array.from(this.#sent, ([done, number]) => ({ done, number }));
    this.#steps.push({ phase: this.#phase, waits: this.#wait(rest), sends: [] });
  }

  /** Notes that a step waits for these; steps that only wait come before it where one token of a kernel is not enough. */
  #wait(tickets: readonly { readonly done: Value; readonly number: number }[]): ReadonlySet<Value> {
    const missing = new Map<Value, number>();
    for (const { done, number } of tickets) {
      const tokens = number - (this.#awaited.get(done) ?? 0);
      if (tokens > (missing.get(done) ?? 0)) missing.set(done, tokens);
    }
    for (const [done, tokens] of missing) this.#awaited.set(done, (this.#awaited.get(done) ?? 0) + tokens);
    const rounds = Math.max(1, ...missing.values());
    const inRound = (round: number): ReadonlySet<Value> =>
      new Set([...missing].flatMap(([done, tokens]) => (tokens >= round ? [done] : [])));
    for (let round = rounds; round > 1; round--)
      this.#steps.push({ phase: this.#phase, waits: inRound(round), sends: [] });
    return inRound(1);
  }

  #stepsWith(condition: (step: Step) => boolean): readonly Steps[] {
    const all = this.#steps.flatMap((step, number) =>
      condition(step) ? [{ phase: step.phase, number }] : [],
    );
    return distinct(all.map(({ phase }) => phase)).map((phase) => ({
      phase,
      numbers: all.flatMap((each) => (each.phase === phase ? [each.number] : [])),
    }));
  }

  #send(walk: Walk, target: { readonly memory: Value; readonly to: Value; readonly port: Value }): void {
    const { b } = walk;
    const { memory, to, port } = target;
    const sends = this.#steps.flatMap((each, index) =>
      each.sends.flatMap((send) => (send.to === to ? [{ index, fields: send.fields }] : [])),
    );
    const types = fieldTypes(to);
    const values = types.map((type, position) => {
      const cases = sends.map(({ index, fields }) => ({ index, field: at(fields, position) }));
      const chosen = choose(walk, cases, type);
      return cases.some(({ field }) => typeof field !== "number") ? b.addi(memory, chosen) : chosen;
    });
    const own = this.#stepsWith(({ sends: all }) => all.some((send) => send.to === to));
    b.when(isOneOf(walk, own), () => {
      b.write(port, ...values);
    });
  }
}

function fieldTypes({ type }: Value): readonly Type[] {
  return type.kind === "stream" && type.element.kind === "bundle" ? type.element.fields : [];
}

function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}

/** Whether this is one of the steps, in a phase that is asked for. */
function isOneOf({ b, step, asked }: Walk, steps: readonly Steps[]): Value {
  return steps
    .map(({ phase, numbers }) => {
      const isNumber = isNumbered(b, step, numbers);
      if (asked === undefined) return isNumber;
      const isAsked = b.ori(b.equals(asked, PHASES.all), b.equals(asked, PHASES[phase]));
      return b.andi(isNumber, isAsked);
    })
    .reduce((some, bit) => b.ori(some, bit));
}

function isNumbered(b: LoopBuilder, step: Value, numbers: readonly number[]): Value {
  return numbers.map((number) => b.equals(step, number)).reduce((some, bit) => b.ori(some, bit));
}

/** The field of the step that runs; steps with the same number share a comparison. */
function choose(
  { b, step }: Walk,
  cases: readonly { readonly index: number; readonly field: Field }[],
  type: Type,
): Value {
  const numbers = cases.map(({ field }) => (typeof field === "number" ? field : field.offset));
  const common = at(numbers, 0);
  return distinct(numbers.filter((number) => number !== common)).reduce(
    (other, number) => {
      const steps = cases.flatMap(({ index }, position) => (numbers[position] === number ? [index] : []));
      return b.select(isNumbered(b, step, steps), b.constant(number, type), other);
    },
    b.constant(common, type),
  );
}
