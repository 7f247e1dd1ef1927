import { NumberCircuit } from "./number-circuit.ts";
import type { MemoryParameters } from "./parameters.ts";
import { memoryTiming, type TimingInputs, type TimingOutputs } from "./timing.ts";

/** The timing of a memory in software: the same definition as the hardware, run on numbers (a bit is 0 or 1). */
export class MemoryTwin {
  readonly #memory: MemoryParameters;
  readonly #circuit = new NumberCircuit();

  constructor(memory: MemoryParameters) {
    this.#memory = memory;
  }

  /** One clock cycle after reset: what the outputs are for these inputs, then the clock edge. */
  step(inputs: TimingInputs<number>): TimingOutputs<number> {
    const outputs = memoryTiming(this.#circuit, this.#memory, inputs);
    this.#circuit.commit();
    return outputs;
  }
}
