/**
 * A scheduling problem as data: what must be started when, without a word about what it computes.
 *
 * Time is a cycle and a place within it in picoseconds, so that combinational operations may be
 * chained within a cycle. All times count from the start of the iteration they belong to.
 */
export interface Problem {
  readonly operations: readonly Operation[];
  readonly types: readonly OperatorType[];
  readonly resources: readonly Resource[];
  readonly dependences: readonly Dependence[];
  /** Usable part of the clock period: what chained delays within one cycle may add up to. */
  readonly periodPs: number;
}

/** An operation's place in `Problem.operations`. */
export type OperationId = number;

/** Something to be started in one cycle of each iteration. */
export interface Operation {
  /** Equal to the operation's place in `Problem.operations`. */
  readonly id: OperationId;
  /** For messages and for the text form; unique, without blanks. */
  readonly name: string;
  /** Name of its {@link OperatorType}. */
  readonly type: string;
  /** Flip-flops that one cycle of waiting costs; 1 unless stated, 0 for constants and stores. */
  readonly resultBits?: number;
}

/** What operations of one kind and width share: their timing and the unit they occupy. */
export interface OperatorType {
  readonly name: string;
  /** 0 is combinational; k >= 1: the result is available k cycles after the start, from a register. */
  readonly latencyCycles: number;
  /** From the arrival of the operands to the first internal register; unused when combinational. */
  readonly inputDelayPs: number;
  /** From the last internal register to the result; the whole delay when combinational. */
  readonly outputDelayPs: number;
  /** The unit that each start occupies for one cycle (units are pipelined). */
  readonly resource?: string;
}

/** A kind of unit of which only so many can start in the same cycle modulo II. */
export interface Resource {
  readonly name: string;
  readonly units: number;
}

/**
 * `data`: the result of `from` is an operand of `to`, `distance` iterations later.
 * `order`: `to` starts at least `minCycles` after the start of `from`, `distance` iterations later.
 */
export type Dependence = DataDependence | OrderDependence;

interface DataDependence {
  readonly kind: "data";
  readonly from: OperationId;
  readonly to: OperationId;
  /** In iterations; 0 is the same iteration. */
  readonly distance: number;
}

interface OrderDependence {
  readonly kind: "order";
  readonly from: OperationId;
  readonly to: OperationId;
  readonly distance: number;
  readonly minCycles: number;
}
