import { at } from "../support/bug.ts";
import type { Span } from "../support/diagnostics.ts";
import { unorderedAccess } from "./diagnostics.ts";
import { InterpreterFault } from "./fault.ts";
import type { Clock } from "./queue.ts";

/**
 * Race detection with vector clocks. For each process a clock counts two things: its phases of stores, which end only
 * with a `dataflow.done`, and its phases of loads, which end with any element that it sends: what it loaded has then
 * left the array. An element carries what its writer knows to be over; who takes it knows that too. Room in a queue
 * orders nothing: a schedule has to be right for every depth.
 */
export interface Accessor {
  readonly name: string;
  readonly span: Span;
}

/** Says which accesses of all processes one process knows to be over, and checks its own against them. */
export class AccessOrder {
  readonly process: number;
  readonly #clock: Clock;
  #sent: Clock | undefined;
  #hasLoaded = false;

  constructor(process: number, processes: number) {
    this.process = process;
    this.#clock = new Int32Array(2 * processes);
    this.#clock[2 * process] = 1;
    this.#clock[2 * process + 1] = 1;
  }

  /** Learns what the writer of an element knew. */
  join(clock: Clock | undefined): void {
    if (clock === undefined) return;
    const mine = this.#clock;
    for (let index = 0; index < mine.length; index++) {
      const theirs = clock[index] ?? 0;
      if (theirs > (mine[index] ?? 0)) {
        mine[index] = theirs;
        this.#sent = undefined;
      }
    }
  }

  /** What goes with an ordinary element: own loads are over, own stores of this phase are not. */
  sent(): Clock {
    if (this.#sent !== undefined && !this.#hasLoaded) return this.#sent;
    const clock = this.#snapshot();
    clock[2 * this.process] = this.#phase(0) - 1;
    this.#advance(1);
    this.#sent = clock;
    return clock;
  }

  /** What goes with a done token: own loads and stores are over. */
  done(): Clock {
    const clock = this.#snapshot();
    this.#advance(0);
    this.#advance(1);
    this.#sent = undefined;
    return clock;
  }

  /** Checks and records a load. */
  load(shadow: Shadow, cell: number): void {
    this.#hasLoaded = true;
    shadow.checkStores(this, cell);
    shadow.recordLoad(this.process, cell, this.#phase(1));
  }

  /** Checks and records a store. */
  store(shadow: Shadow, cell: number): void {
    shadow.checkStores(this, cell);
    shadow.checkLoads(this, cell);
    shadow.recordStore(this.process, cell, this.#phase(0));
  }

  /** Whether this process knows that phase `phase` of `kind` (0 stores, 1 loads) of `process` is over. */
  knows(process: number, kind: 0 | 1, phase: number): boolean {
    return process === this.process || (this.#clock[2 * process + kind] ?? 0) >= phase;
  }

  #phase(kind: 0 | 1): number {
    return this.#clock[2 * this.process + kind] ?? 0;
  }

  #advance(kind: 0 | 1): void {
    this.#clock[2 * this.process + kind] = this.#phase(kind) + 1;
    if (kind === 1) this.#hasLoaded = false;
  }

  #snapshot(): Clock {
    return this.#clock.slice();
  }
}

/** Who touched the cells of one array last: the last store, and the last load of each process. */
export class Shadow {
  readonly array: string;
  readonly #accessors: readonly Accessor[];
  readonly #describe: (cell: number) => string;
  readonly #storer = new Map<number, number>();
  readonly #storePhase = new Map<number, number>();
  readonly #loadPhases: readonly Map<number, number>[];

  /** `describe` names a cell by its number, in a diagnostic. */
  constructor(array: string, accessors: readonly Accessor[], describe: (cell: number) => string) {
    this.array = array;
    this.#accessors = accessors;
    this.#describe = describe;
    this.#loadPhases = accessors.map(() => new Map());
  }

  /** Faults where a store to the cell is not known to be over. */
  checkStores(order: AccessOrder, cell: number): void {
    const storer = this.#storer.get(cell);
    if (storer !== undefined && !order.knows(storer, 0, this.#storePhase.get(cell) ?? 0))
      this.#fault(order.process, storer, cell);
  }

  /** Faults where a load of the cell is not known to be over. */
  checkLoads(order: AccessOrder, cell: number): void {
    this.#loadPhases.forEach((phases, process) => {
      const phase = phases.get(cell);
      if (phase !== undefined && !order.knows(process, 1, phase)) this.#fault(order.process, process, cell);
    });
  }

  recordLoad(process: number, cell: number, phase: number): void {
    at(this.#loadPhases, process).set(cell, phase);
  }

  recordStore(process: number, cell: number, phase: number): void {
    this.#storer.set(cell, process);
    this.#storePhase.set(cell, phase);
  }

  #fault(second: number, first: number, cell: number): never {
    const [accessor, other] = [at(this.#accessors, second), at(this.#accessors, first)];
    throw new InterpreterFault(
      unorderedAccess(accessor.span, {
        array: this.array,
        cell: this.#describe(cell),
        first: other.name,
        second: accessor.name,
        note: { span: other.span, text: `${other.name} touched it before` },
      }),
    );
  }
}
