import type { ScheduleMode } from "../../backend-hls/index.ts";
import {
  bitWidth,
  bundleType,
  type ElementType,
  i16,
  type MemoryParameters,
  type Operation,
  ScheduleBuilder,
  type StreamElement,
  type StreamType,
  streamType,
  TOKEN,
  type Type,
  tokenType,
  unpackElement,
  type Value,
} from "../../ir/index.ts";
import { Choices } from "./choices.ts";
import { type RandomLoop, type RandomUse, type Rate, randomBody } from "./random-body.ts";
import { randomElement } from "./random-values.ts";

/** A random schedule and what the host does with it. */
export interface RandomProgram {
  readonly schedule: Operation;
  readonly inputs: ReadonlyMap<
    string,
    { readonly elements: readonly StreamElement[]; readonly dues: readonly number[] }
  >;
  /** In cycle `t` an element of any output is taken where bit `t % 64` is 1. */
  readonly ready: bigint;
  readonly mode: ScheduleMode;
  readonly family: "xc7" | "xcup";
  readonly clockMhz: number;
  /** The external memory, where the schedule has one. */
  readonly memory?: {
    readonly parameters: MemoryParameters;
    readonly image: Uint8Array;
    /** What it should hold at the end, where somebody else than the interpreter of schedules says so. */
    readonly wanted?: Uint8Array;
  };
}

/** One kernel before it is built. */
interface KernelDraft {
  readonly name: string;
  readonly own: readonly RandomLoop[];
  /** Element types of its command; empty: a token from kernel `after`, or from outside. */
  readonly fields: readonly ElementType[];
  readonly after: number | undefined;
}

interface StreamDraft {
  readonly name: string;
  readonly type: StreamType;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly rate: Rate;
  readonly depth: number;
}

/** The program of a seed. */
export function randomProgram(seed: number): RandomProgram {
  const c = new Choices(seed);
  return new ProgramWriter(c, `fuzz${String(seed)}`).write();
}

class ProgramWriter {
  readonly #c: Choices;
  readonly #name: string;
  readonly #common: readonly RandomLoop[];
  readonly #kernels: readonly KernelDraft[];
  readonly #streams: readonly StreamDraft[];
  readonly #chained: boolean;
  /** What kernel `k` leaves to kernel `k + 1`, where that one waits for it. */
  readonly #buffers: readonly {
    readonly size: number;
    readonly element: ElementType;
    readonly storage: "reg" | "lut" | "block" | undefined;
  }[];
  readonly #commands: number;

  constructor(c: Choices, name: string) {
    [this.#c, this.#name] = [c, name];
    this.#common = this.#commonLoops();
    this.#kernels = this.#drafts(c.pick([1, 1, 1, 2, 2, 3, 4]));
    // A kernel that waits for another one's end may not read its streams, nor may one that reads from both.
    this.#chained = this.#kernels.some(({ after }) => after !== undefined);
    this.#streams = this.#edges();
    this.#buffers =
      this.#chained && c.chance(60)
        ? this.#kernels.map(() => ({
            size: c.pick([1, 4, 8, 16]),
            element: randomElement(c),
            storage: c.pick([undefined, "lut", "block", "reg"] as const),
          }))
        : [];
    this.#commands = this.#buffers.length > 0 ? 1 : c.between(1, 4);
  }

  write(): RandomProgram {
    const c = this.#c;
    const outside = this.#outside();
    const s = new ScheduleBuilder(this.#name, outside);
    const values = new Map<string, Value>(outside.map(({ name }, index) => [name, s.outside(index)]));
    for (const { name, type, from, to, depth } of this.#streams)
      if (from !== undefined && to !== undefined) values.set(name, s.stream(name, type.element, depth));
    this.#kernels.forEach(({ after }, index) => {
      if (after !== undefined)
        values.set(`c${String(index)}`, s.tokens(`c${String(index)}`, c.between(1, 3)));
    });
    this.#buffers.forEach(({ size, element, storage }, index) => {
      if (this.#kernels[index + 1]?.after === index)
        values.set(`b${String(index)}`, s.buffer(`b${String(index)}`, [size], element, storage));
    });
    this.#kernels.forEach((_, index) => {
      this.#build(s, index, values);
    });
    const mode = c.chance(75) ? "optimized" : "sequential";
    return {
      schedule: s.finish(),
      inputs: this.#inputs(outside),
      ready: this.#readiness(),
      mode,
      family: c.pick(["xc7", "xcup"]),
      clockMhz: c.pick([100, 150, 200, 250, 300]),
    };
  }

  // ---- shape
  #commonLoops(): readonly RandomLoop[] {
    const c = this.#c;
    let field = 0;
    return Array.from({ length: c.pick([1, 1, 2]) }, () => {
      const trips = c.between(1, 6);
      if (c.chance(50)) return { from: 0, step: 1, trips, field: field++ };
      return { from: c.below(4), step: c.pick([1, 1, 2, 3]), trips, field: undefined };
    });
  }

  #drafts(count: number): readonly KernelDraft[] {
    const c = this.#c;
    const symbols = this.#common.filter((loop) => loop.field !== undefined).length;
    return Array.from({ length: count }, (_, index) => {
      let fields = symbols;
      const own = Array.from({ length: c.pick([0, 1, 1, 2]) }, (): RandomLoop => {
        const trips = c.between(1, 5);
        if (c.chance(20)) return { from: 0, step: 1, trips, field: fields++ };
        return { from: c.below(4), step: c.pick([1, 1, 2]), trips, field: undefined };
      });
      const after = fields === 0 && index > 0 && c.chance(60) ? index - 1 : undefined;
      const data =
        after === undefined && (fields > 0 || c.chance(60))
          ? Array.from({ length: c.below(3) }, () => randomElement(c))
          : [];
      return {
        name: `k${String(index)}`,
        own,
        fields: [...Array.from({ length: fields }, () => i16), ...data],
        after,
      };
    });
  }

  #edges(): readonly StreamDraft[] {
    const c = this.#c;
    const streams: StreamDraft[] = [];
    const add = (from: number | undefined, to: number | undefined, rate: Rate): void => {
      streams.push({
        name: `s${String(streams.length)}`,
        type: streamType(
          c.chance(20)
            ? bundleType([randomElement(c), randomElement(c)])
            : c.chance(5)
              ? tokenType
              : randomElement(c),
        ),
        from,
        to,
        rate,
        depth: c.pick([1, 2, 2, 3, 5, 8, 17]),
      });
    };
    this.#kernels.forEach(({ own }, index) => {
      const free = (): Rate => c.pick(["every", "every", "common", "any"]);
      for (let k = c.below(3); k > 0; k--) add(undefined, index, free());
      for (let k = c.between(index === this.#kernels.length - 1 ? 1 : 0, 2); k > 0; k--)
        add(index, undefined, free());
      for (let k = 0; k < index && !this.#chained; k++) {
        const other = this.#kernels[k];
        if (other === undefined || !c.chance(k === index - 1 ? 80 : 35)) continue;
        const same = other.own.length === 0 && own.length === 0;
        add(k, index, same && c.chance(50) ? "every" : "common");
      }
    });
    return streams;
  }

  /** Connections to the outside: streams, commands, and the done tokens that no kernel waits for. */
  #outside(): readonly { readonly name: string; readonly type: Type }[] {
    const streams = this.#streams
      .filter(({ from, to }) => from === undefined || to === undefined)
      .map(({ name, type }) => ({ name, type }));
    const commands = this.#kernels.flatMap(({ fields, after }, index) =>
      after === undefined
        ? [
            {
              name: `c${String(index)}`,
              type: streamType(fields.length === 0 ? tokenType : bundleType(fields)),
            },
          ]
        : [],
    );
    const dones = this.#kernels.flatMap((_, index) =>
      this.#kernels[index + 1]?.after === index
        ? []
        : [{ name: `d${String(index)}`, type: streamType(tokenType) }],
    );
    return [...streams, ...commands, ...dones];
  }

  #build(s: ScheduleBuilder, index: number, values: ReadonlyMap<string, Value>): void {
    const draft = this.#kernels[index];
    if (draft === undefined) return;
    const value = (name: string): Value => {
      const found = values.get(name);
      if (found === undefined) throw new RangeError(`no stream ${name}`);
      return found;
    };
    const used = this.#streams.filter(({ from, to }) => from === index || to === index);
    const { fields, own, name } = draft;
    const buffers = [`b${String(index - 1)}`, `b${String(index)}`].filter((key) => values.has(key));
    s.kernel({
      name,
      command: value(`c${String(index)}`),
      fields: fields.map((_, field) => `f${String(field)}`),
      done: value(this.#kernels[index + 1]?.after === index ? `c${String(index + 1)}` : `d${String(index)}`),
      connections: Object.fromEntries(
        [...used.map((stream) => stream.name), ...buffers].map((key) => [key, value(key)]),
      ),
      body: ({ b, port, field }) => {
        const use = ({ name: stream, rate }: StreamDraft): readonly RandomUse[] => {
          const end = port[stream];
          return end === undefined ? [] : [{ port: end, rate }];
        };
        randomBody({
          c: this.#c,
          b,
          common: this.#common,
          own,
          fields: Object.values<Value>(field),
          shared: buffers.flatMap((key) => {
            const memref = port[key];
            return memref === undefined
              ? []
              : [
                  {
                    memref,
                    size: this.#buffers[Number(key.slice(1))]?.size ?? 1,
                    access: key === `b${String(index)}` ? "store" : "load",
                  },
                ];
          }),
          reads: used.filter(({ to }) => to === index).flatMap(use),
          writes: used.filter(({ from }) => from === index).flatMap(use),
        });
      },
    });
  }

  // ---- host
  #inputs(outside: readonly { readonly name: string; readonly type: Type }[]): RandomProgram["inputs"] {
    const c = this.#c;
    const trips = Array.from({ length: this.#commands }, () =>
      this.#common.map((loop) => (c.chance(15) ? 0 : c.between(1, loop.trips))),
    );
    const inputs = new Map<
      string,
      { readonly elements: readonly StreamElement[]; readonly dues: readonly number[] }
    >();
    for (const { name, type } of outside) {
      if (type.kind !== "stream") continue;
      const stream = this.#streams.find((candidate) => candidate.name === name);
      const kernel = name.startsWith("c") ? this.#kernels[Number(name.slice(1))] : undefined;
      if (kernel !== undefined)
        inputs.set(name, this.#timed(trips.map((common) => this.#command(kernel, common))));
      else if (stream?.from === undefined && stream !== undefined)
        inputs.set(
          name,
          this.#timed(Array.from({ length: this.#most(stream) }, () => randomStreamElement(c, type))),
        );
    }
    return inputs;
  }

  #command({ fields, own }: KernelDraft, common: readonly number[]): StreamElement {
    if (fields.length === 0) return TOKEN;
    const symbolic = [...this.#common, ...own].flatMap((loop, index) =>
      loop.field === undefined
        ? []
        : [index < this.#common.length ? (common[index] ?? 0) : this.#c.between(1, loop.trips)],
    );
    return fields.map(
      (type, index) => symbolic[index] ?? randomStreamElement(this.#c, streamType(type)),
    ) as StreamElement; // fields are no bundles
  }

  /** Enough elements for every iteration of every command. */
  #most(stream: StreamDraft): number {
    const own = this.#kernels[stream.to ?? 0]?.own ?? [];
    return this.#commands * [...this.#common, ...own].reduce((product, loop) => product * loop.trips, 1);
  }

  #timed(elements: readonly StreamElement[]): {
    readonly elements: readonly StreamElement[];
    readonly dues: readonly number[];
  } {
    const c = this.#c;
    const lazy = c.chance(40) ? c.between(10, 60) : 0;
    let due = c.chance(50) ? 0 : c.below(40);
    const dues = elements.map(() => {
      if (lazy > 0 && c.chance(lazy)) due += c.below(30);
      return due;
    });
    return { elements, dues };
  }

  #readiness(): bigint {
    const c = this.#c;
    if (c.chance(40)) return (1n << 64n) - 1n;
    return c.chance(50) ? c.wide(64) | 1n : (c.wide(64) & c.wide(64) & c.wide(64)) | 1n;
  }
}

function randomStreamElement(c: Choices, type: Type): StreamElement {
  if (type.kind !== "stream") return TOKEN;
  const { element } = type;
  const parts = element.kind === "bundle" ? element.fields : element.kind === "token" ? [] : [element];
  if (element.kind === "token") return TOKEN;
  const values = parts.map((part) => unpackElement(part, randomBits(c, part)));
  return element.kind === "bundle" ? (values as StreamElement) : (values[0] ?? TOKEN); // fields are no bundles
}

/** Random bits; floats near 1 more often than not, since most patterns are huge or tiny. */
function randomBits(c: Choices, type: ElementType): bigint {
  if (type.kind === "vector")
    return Array.from({ length: type.lanes }, () => randomBits(c, type.element)).reduce(
      (all, lane, index) => all | (lane << BigInt(index * bitWidth(type.element))),
      0n,
    );
  if (type.kind !== "float" || c.chance(15))
    return c.chance(30) ? BigInt.asUintN(bitWidth(type), BigInt(c.between(-3, 3))) : c.wide(bitWidth(type));
  return (c.wide(1) << 31n) | (BigInt(c.between(118, 134)) << 23n) | c.wide(23);
}
