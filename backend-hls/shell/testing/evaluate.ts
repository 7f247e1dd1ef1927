import { CompilerBug, type Operation, present } from "../../../ir/index.ts";
import { BenchCompiler, stringList } from "./compile-bench.ts";

/** A design under test: inputs are set, outputs are read in the same cycle, `tick` is the clock edge. */
export interface Bench {
  set(inputs: Readonly<Record<string, bigint | number | boolean>>): void;
  get(output: string): bigint;
  /** The present value of an input. */
  input(name: string): bigint;
  tick(): void;
  /** The words of the memory of that name: the first one in the design. */
  memory(name: string): Map<bigint, bigint>;
}

type Compiled = (...args: readonly unknown[]) => void;

function compile(parameters: readonly string[], lines: readonly string[]): Compiled {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- generated from the module under test
  return new Function(...parameters, lines.join("\n")) as Compiled; // Function() is untyped
}

function expand(mask: bigint, lanes: number, laneBits: number): bigint {
  let bits = 0n;
  const lane = (1n << BigInt(laneBits)) - 1n;
  for (let index = 0; index < lanes; index += 1) {
    if (((mask >> BigInt(index)) & 1n) === 1n) bits |= lane << BigInt(index * laneBits);
  }
  return bits;
}

function masked(old: bigint, word: bigint, bits: bigint): bigint {
  return (word & bits) | (old & ~bits);
}

/** Runs `top` with the modules that it instantiates, over big integers. Small, and independent of the simulators. */
export function bench(top: Operation, modules: readonly Operation[]): Bench {
  const code = new BenchCompiler(modules);
  const results = code.compile(top).map(({ name, text }) => `o[${JSON.stringify(name)}] = ${text};`);
  const settle = compile(["i", "s", "m", "o"], [...code.lines, ...results]);
  const edge = compile(["i", "s", "m", "expand", "masked"], [...code.lines, ...code.edge, ...code.late]);
  const state = Array.from({ length: code.states }, () => 0n);
  const inputs: Record<string, bigint> = Object.fromEntries(
    stringList(top, "input_names").map((name) => [name, 0n]),
  );
  const outputs: Record<string, bigint> = {};
  const words = code.memories.map((memory) => memory.words);
  let stale = true;
  return {
    set: (values) => {
      for (const [name, value] of Object.entries(values)) {
        if (inputs[name] === undefined) throw new CompilerBug(`the design has no input ${name}`);
        inputs[name] = BigInt(value);
      }
      stale = true;
    },
    get: (name) => {
      if (stale) settle(inputs, state, words, outputs);
      stale = false;
      return present(outputs[name], `output ${name}`);
    },
    input: (name) => present(inputs[name], `input ${name}`),
    tick: () => {
      edge(inputs, state, words, expand, masked);
      stale = true;
    },
    memory: (name) =>
      present(
        code.memories.find((memory) => memory.name === name),
        `memory ${name}`,
      ).words,
  };
}
