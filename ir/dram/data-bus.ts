import { bitsFor, type Circuit } from "./circuit.ts";
import type { MemoryParameters } from "./parameters.ts";

/** The burst on the data bus and what its beats depend on. */
export interface BusInputs<V> {
  readonly valid: V;
  readonly write: V;
  readonly readRoom: V;
  readonly responseRoom: V;
  readonly writeValid: V;
}

/** Which beat moves in this cycle. */
export interface BusOutputs<V> {
  readonly readBeat: V;
  readonly writeReady: V;
  readonly writeBeat: V;
}

/** One beat may move where the accumulator has saved up a whole one: the ratio of DRAM to port bandwidth. */
function beatAllowed<V>(
  c: Circuit<V>,
  memory: MemoryParameters,
): { readonly allowed: V; take(beat: V): void } {
  const rate = memory.kind === "ideal" ? { beats: 1, cycles: 1 } : memory.rate;
  if (rate.beats === rate.cycles) return { allowed: c.constant(1, 1), take: () => undefined };
  const most = rate.cycles + rate.beats - 1;
  const width = bitsFor(most + rate.beats);
  const saved = c.register("bus_credit", width, most);
  const allowed = c.not(c.ult(saved.value, c.constant(rate.cycles, width)));
  return {
    allowed,
    take: (beat) => {
      const spent = c.mux(beat, c.sub(saved.value, c.constant(rate.cycles, width), width), saved.value);
      const earned = c.add(spent, c.constant(rate.beats, width), width);
      saved.next(c.mux(c.ult(c.constant(most, width), earned), c.constant(most, width), earned));
    },
  };
}

/** 1 once `cycles` cycles have passed since `event`. */
function quietSince<V>(
  c: Circuit<V>,
  name: string,
  cycles: number,
): { readonly done: V; restart(event: V): void } {
  const width = bitsFor(cycles);
  const timer = c.register(name, width, 0);
  const done = c.eq(timer.value, c.constant(0, width));
  const less = c.mux(done, timer.value, c.sub(timer.value, c.constant(1, width), width));
  return {
    done,
    restart: (event) => {
      timer.next(c.mux(event, c.constant(cycles, width), less));
    },
  };
}

/** Moves beats of one burst at the rate of the DRAM, with the turnaround times between directions. */
export function dataBus<V>(c: Circuit<V>, memory: MemoryParameters, inputs: BusInputs<V>): BusOutputs<V> {
  const rate = beatAllowed(c, memory);
  const afterWrite = memory.kind === "banked" ? quietSince(c, "write_to_read", memory.twtr) : undefined;
  const afterRead = memory.kind === "banked" ? quietSince(c, "read_to_write", memory.trtw) : undefined;
  const yes = c.constant(1, 1);
  const readBeat = c.and(
    inputs.valid,
    c.not(inputs.write),
    inputs.readRoom,
    rate.allowed,
    afterWrite?.done ?? yes,
  );
  const writeReady = c.and(
    inputs.valid,
    inputs.write,
    inputs.responseRoom,
    rate.allowed,
    afterRead?.done ?? yes,
  );
  const writeBeat = c.and(writeReady, inputs.writeValid);
  rate.take(c.or(readBeat, writeBeat));
  afterWrite?.restart(writeBeat);
  afterRead?.restart(readBeat);
  return { readBeat, writeReady, writeBeat };
}
