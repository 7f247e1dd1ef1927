import {
  at,
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

interface Step {
  readonly waits: ReadonlySet<Value>;
  readonly sends: readonly Send[];
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

  step({ after, sends, done, results = [] }: StepParts): void {
    this.#steps.push({ waits: this.#wait(after.flatMap((value) => this.#ready.get(value) ?? [])), sends });
    if (done === undefined) return;
    const number = (this.#sent.get(done) ?? 0) + 1;
    this.#sent.set(done, number);
    for (const result of results) this.#ready.set(result, { done, number });
  }

  /** Writes the kernel that walks over the steps; its own done token comes when everything has ended. */
  finish(s: ScheduleBuilder, start: Value, finished: Value): void {
    const rest = Array.from(this.#sent, ([done, number]) => ({ done, number }));
    this.#steps.push({ waits: this.#wait(rest), sends: [] });
    const waits = distinct(this.#steps.flatMap((step) => [...step.waits]));
    const targets = distinct(this.#steps.flatMap((step) => step.sends.map(({ to }) => to)));
    const name = (prefix: string, index: number): string => `${prefix}${String(index)}`;
    s.kernel({
      name: "sequence",
      command: start,
      fields: ["memory"],
      done: finished,
      connections: Object.fromEntries([
        ...waits.map((wait, index) => [name("wait", index), wait] as const),
        ...targets.map((target, index) => [name("send", index), target] as const),
      ]),
      body: ({ b, port, field }) => {
        nest(b, { step: this.#steps.length }, ({ step }) => {
          waits.forEach((wait, index) => {
            b.when(
              isOneOf(
                b,
                step,
                this.#stepsWith(({ waits: own }) => own.has(wait)),
              ),
              () => {
                b.readFields(present(port[name("wait", index)], "a token stream"));
              },
            );
          });
          targets.forEach((to, index) => {
            this.#send(b, {
              step,
              memory: field.memory,
              to,
              port: present(port[name("send", index)], "a command stream"),
            });
          });
        });
      },
    });
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
    for (let round = rounds; round > 1; round--) this.#steps.push({ waits: inRound(round), sends: [] });
    return inRound(1);
  }

  #stepsWith(condition: (step: Step) => boolean): readonly number[] {
    return this.#steps.flatMap((step, index) => (condition(step) ? [index] : []));
  }

  #send(
    b: LoopBuilder,
    target: { readonly step: Value; readonly memory: Value; readonly to: Value; readonly port: Value },
  ): void {
    const { step, memory, to, port } = target;
    const sends = this.#steps.flatMap((each, index) =>
      each.sends.flatMap((send) => (send.to === to ? [{ index, fields: send.fields }] : [])),
    );
    const types = fieldTypes(to);
    const values = types.map((type, position) => {
      const cases = sends.map(({ index, fields }) => ({ index, field: at(fields, position) }));
      const chosen = choose(b, step, cases, type);
      return cases.some(({ field }) => typeof field !== "number") ? b.addi(memory, chosen) : chosen;
    });
    b.when(
      isOneOf(
        b,
        step,
        sends.map(({ index }) => index),
      ),
      () => {
        b.write(port, ...values);
      },
    );
  }
}

function fieldTypes({ type }: Value): readonly Type[] {
  return type.kind === "stream" && type.element.kind === "bundle" ? type.element.fields : [];
}

function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}

function isOneOf(b: LoopBuilder, step: Value, numbers: readonly number[]): Value {
  return numbers.map((number) => b.equals(step, number)).reduce((some, bit) => b.ori(some, bit));
}

/** The field of the step that runs; steps with the same number share a comparison. */
function choose(
  b: LoopBuilder,
  step: Value,
  cases: readonly { readonly index: number; readonly field: Field }[],
  type: Type,
): Value {
  const numbers = cases.map(({ field }) => (typeof field === "number" ? field : field.offset));
  const common = at(numbers, 0);
  return distinct(numbers.filter((number) => number !== common)).reduce(
    (other, number) => {
      const steps = cases.flatMap(({ index }, position) => (numbers[position] === number ? [index] : []));
      return b.select(isOneOf(b, step, steps), b.constant(number, type), other);
    },
    b.constant(common, type),
  );
}
