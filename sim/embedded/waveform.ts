import type { NodeId, Probe } from "../netlist/flat.ts";
import type { TraceView } from "../trace/trace-view.ts";
import { VcdWriter } from "../trace/vcd-writer.ts";
import type { Layout } from "./layout.ts";
import { limbCount } from "./layout.ts";

/** What a waveform needs of the simulation. */
export interface WaveformSource {
  readonly layout: Layout;
  /** Computes the probes and gives the memory in which they then lie. */
  readonly settle: () => ArrayBuffer;
}

/** A signal in memory: its words there, and where its last value is kept. */
interface Sampled {
  readonly code: number;
  readonly width: number;
  readonly word: number;
  readonly words: number;
  readonly kept: number;
}

const CLOCK = 0;

/** Writes the probes of an embedded simulation to a file: cycle `c` at the time 2c, what its clock edge makes of it at 2c + 1. */
export class Waveform {
  readonly #source: WaveformSource;
  readonly #window: NonNullable<TraceView["window"]>;
  readonly #writer: VcdWriter;
  readonly #signals: readonly Sampled[];
  readonly #kept: Int32Array;
  #begun = false;

  constructor(
    { path, top, view }: { readonly path: string; readonly top: string; readonly view: TraceView },
    probes: readonly Probe[],
    source: WaveformSource,
  ) {
    this.#source = source;
    this.#window = view.window ?? { from: 0, to: Infinity };
    const codes = new Map<NodeId, number>();
    const shown = probes.map(({ node, ...probe }) => {
      const code = node === undefined ? CLOCK : (codes.get(node) ?? codes.size + 1);
      if (node !== undefined) codes.set(node, code);
      return { ...probe, node, code };
    });
    const widths = new Map(shown.map(({ node, width }) => [node, width]));
    let kept = 0;
    this.#signals = [...codes].map(([node, code]) => {
      const width = widths.get(node) ?? 1;
      const words = width <= 32 ? 1 : 2 * limbCount(width);
      const signal = { code, width, word: source.layout.slot(node) >>> 2, words, kept };
      kept += words;
      return signal;
    });
    this.#kept = new Int32Array(kept);
    this.#writer = new VcdWriter(path, top, shown);
  }

  /** Whether cycle `cycle` is shown. */
  shows(cycle: number): boolean {
    return cycle >= this.#window.from && cycle <= this.#window.to;
  }

  /** Before the edge of `cycle`; inputs may have changed since the last one. */
  before(cycle: number): void {
    this.#writer.time(2 * cycle);
    this.#writer.change(CLOCK, "0");
    this.#sample();
  }

  /** Behind the edge of `cycle`. */
  after(cycle: number): void {
    this.#writer.time(2 * cycle + 1);
    this.#writer.change(CLOCK, "1");
    this.#sample();
  }

  close(): void {
    this.#writer.close();
  }

  #sample(): void {
    const memory = new Int32Array(this.#source.settle());
    for (const signal of this.#signals) {
      const { word, words, kept } = signal;
      let isSame = this.#begun;
      for (let i = 0; i < words && isSame; i++) isSame = memory[word + i] === this.#kept[kept + i];
      if (isSame) continue;
      for (let i = 0; i < words; i++) this.#kept[kept + i] = memory[word + i] ?? 0;
      this.#writer.change(signal.code, this.#bits(signal));
    }
    this.#begun = true;
  }

  #bits({ width, words, kept }: Sampled): string {
    let bits = "";
    for (let i = words - 1; i >= 0; i--)
      bits += ((this.#kept[kept + i] ?? 0) >>> 0).toString(2).padStart(32, "0");
    return bits.slice(-width);
  }
}
