import {
  type ElementPlace,
  fail,
  type Operation,
  ok,
  packElement,
  type Result,
  ScheduleInterpreter,
  type StreamElementType,
  StreamOp,
} from "../../ir/index.ts";
import type { EncodedStep } from "../../runtime-host/index.ts";
import type { StreamExpectation } from "../../sim/index.ts";

/** A stream between two processes of a schedule. */
export interface ReferenceStream {
  readonly name: string;
  readonly depth: number;
  readonly element: StreamElementType;
}

/** Level 4 of a build as the interpreter runs it, step by step, with everything that enters a queue. */
export class LevelReference {
  readonly streams: readonly ReferenceStream[];
  /** The external memory, as steps leave it. */
  readonly memory: Uint8Array;
  readonly #interpreter: ScheduleInterpreter;
  /** Elements of earlier steps, by stream. */
  readonly #before = new Map<string, number>();
  #after = new Map<string, number>();

  private constructor(
    interpreter: ScheduleInterpreter,
    streams: readonly ReferenceStream[],
    memory: Uint8Array,
  ) {
    this.#interpreter = interpreter;
    this.streams = streams;
    this.memory = memory;
  }

  /** `memory` is the external memory before the first step; it is changed. */
  static create(schedule: Operation, memory: Uint8Array): Result<LevelReference> {
    const { ops } = schedule.regions[0]?.block ?? { ops: [] };
    const streams = ops.flatMap((op): readonly ReferenceStream[] => {
      const view = StreamOp.match(op);
      if (view === undefined || op.result.type.kind !== "stream") return [];
      return [{ name: view.attrs.name, depth: view.attrs.depth, element: op.result.type.element }];
    });
    const record = streams.map(({ name }) => name);
    const made = ScheduleInterpreter.create(schedule, { memories: [memory], record, recordPlaces: true });
    return made.kind === "error" ? made : ok(new LevelReference(made.value, streams, memory));
  }

  /** Runs one step; what the streams carry in it. */
  step({ memory, command }: EncodedStep): Result<readonly StreamExpectation[]> {
    for (const { address, bytes } of memory) this.memory.set(bytes, address);
    this.#interpreter.forget();
    for (const [name, count] of this.#after) this.#before.set(name, count);
    this.#interpreter.push(
      0,
      command.map(({ value }) => value),
    );
    const end = this.#interpreter.finish();
    if (end.kind === "error") return fail(...end.diagnostics);
    this.#interpreter.popAll(1);
    const expectations = this.streams.map(({ name, element }): StreamExpectation => {
      const elements = this.#interpreter.history(name).map((each) => packElement(element, each));
      return { name, elements, first: this.#before.get(name) ?? 0 };
    });
    this.#after = new Map(
      expectations.map(({ name, elements, first = 0 }) => [name, first + elements.length]),
    );
    return ok(expectations);
  }

  /** The order in which its reader takes an element: comparable with the place of what that reader writes. */
  readOrder(stream: string, element: number): readonly number[] | undefined {
    return this.#interpreter.readOrder(stream, element);
  }

  /** The order in which its writer writes an element: the number of the command, then the loops' counters. */
  writeOrder(stream: string, element: number): readonly number[] {
    const [place] = this.#interpreter.provenance(stream, element);
    return place === undefined ? [] : [place.command, ...place.loops.map(({ value }) => value)];
  }

  /** Where an element of this step was written, and the commands behind that (`ScheduleInterpreter.provenance`). */
  provenance(stream: string, element: number): readonly ElementPlace[] {
    return this.#interpreter.provenance(stream, element);
  }
}
