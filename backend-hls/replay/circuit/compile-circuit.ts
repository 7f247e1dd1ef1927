import { type Operation, present } from "../../../ir/index.ts";
import { type Cluster, clustersOf, clusterText } from "./clusters.ts";
import { Cone } from "./cone.ts";

/** The control of a design, cycle by cycle on numbers: inputs are set, `step` is one clock cycle, outputs are those of that cycle. */
export interface ControlCircuit {
  /** Sets an input; vectors may be wider than a number as far as control does not need them. */
  set(input: CircuitInput, value: number): void;
  /** An input by its name; undefined where no output depends on it. */
  input(name: string): CircuitInput | undefined;
  /** Outputs in the order in which they were asked for. */
  readonly outputs: Float64Array;
  step(): void;
}

/** The slices of an input that are needed, and whom they wake. */
export type CircuitInput = readonly InputSlice[];

interface InputSlice {
  readonly place: number;
  readonly low: number;
  readonly width: number;
  readonly users: readonly number[];
}

/**
 * Compiles what `outputs` depend on. Registers begin at their reset value, or 0; reset and clock are not driven. It is the
 * hardware's own definition that runs here: nothing about engines, arbiters or memory is written down twice. Parts whose
 * inputs and registers have not changed are not evaluated again.
 */
export function compileCircuit(
  top: Operation,
  modules: readonly Operation[],
  outputs: readonly string[],
): ControlCircuit {
  const cone = new Cone(modules);
  const results = cone.follow(top, outputs);
  const clusters = clustersOf(cone, results);
  const inputs = new Float64Array(Math.max(1, cone.inputs.size));
  const values = new Float64Array(outputs.length);
  const dirty = new Uint8Array(clusters.length).fill(1);
  const parts = compileParts(cone, clusters, { X: inputs, O: values, dirty });
  const slices = [...cone.inputs].map(([key, place]) => {
    const [name, low, width] = key.split(":");
    const users = clusters.flatMap((cluster, index) =>
      cluster.reads.has(`X${String(place)}`) ? [index] : [],
    );
    return { name: present(name, "a name"), place, low: Number(low), width: Number(width), users };
  });
  return {
    outputs: values,
    step: () => {
      for (let index = 0; index < parts.length; index++) {
        if (dirty[index] === 0) continue;
        dirty[index] = 0;
        parts[index]?.();
      }
    },
    input: (name) => {
      const found = slices.filter((slice) => slice.name === name);
      return found.length === 0 ? undefined : found;
    },
    set: (input, value) => {
      for (const { place, low, width, users } of input) {
        const bits = low === 0 && value < 2 ** width ? value : Math.floor(value / 2 ** low) % 2 ** width;
        if (inputs[place] === bits) continue;
        inputs[place] = bits;
        for (const user of users) dirty[user] = 1;
      }
    },
  };
}

function compileParts(
  cone: Cone,
  clusters: readonly Cluster[],
  { X, O, dirty }: { readonly X: Float64Array; readonly O: Float64Array; readonly dirty: Uint8Array },
): readonly (() => void)[] {
  const [narrow, wide] = [new Int32Array(cone.states.length), new Float64Array(cone.states.length)];
  cone.states.forEach(({ reset, width }, index) => {
    (width < 32 ? narrow : wide)[index] = reset;
  });
  const memories = cone.memories.map(({ words, width, init }) => {
    const cells = width < 32 ? new Int32Array(words) : new Float64Array(words);
    init.forEach((word, index) => {
      cells[index] = Number(word);
    });
    return cells;
  });
  const lines = { Y: new Int32Array(cone.lines.length), Z: new Float64Array(cone.lines.length) };
  const names = ["X", "O", "Q", "I", "D", "Y", "Z", ...memories.map((_, index) => `M${String(index)}`)];
  return clusters.map((cluster) => {
    const body = clusterText(cone, clusters, cluster);
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- made of numbers and names by this folder alone
    const make = new Function(...names, `return () => {\n${body}\n};`) as (
      ...parts: readonly unknown[]
    ) => () => void; // Function() is untyped
    return make(X, O, dirty, narrow, wide, lines.Y, lines.Z, ...memories);
  });
}
