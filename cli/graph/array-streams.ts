import {
  type GraphMemory,
  outputsOf,
  regionsOf,
  STREAM_PORTS,
  type TensorRegion,
} from "../../backend-hls/index.ts";
import { bitWidth, present } from "../../ir/index.ts";
import type { HwSimulator } from "../../sim/index.ts";

/** An array that passes through an AXI4-Stream port, and its region in the host's image. */
interface StreamedArray {
  readonly name: string;
  readonly region: TensorRegion;
}

/** The arrays of a graph that come and go through AXI4-Stream ports; the other ends of the ports are in the simulation. */
export class ArrayStreams {
  readonly #incoming: readonly StreamedArray[];
  readonly #outgoing: readonly StreamedArray[];
  readonly #host: { readonly image: Uint8Array };
  #simulator: HwSimulator | undefined;

  constructor(memory: GraphMemory, host: { readonly image: Uint8Array }) {
    this.#host = host;
    const streamed = (regions: readonly TensorRegion[], prefix: string): readonly StreamedArray[] =>
      regions.flatMap((region) =>
        region.interface === "axis" ? [{ name: prefix + region.name, region }] : [],
      );
    const read = regionsOf(memory, "argument").filter(({ isWritten }) => isWritten !== true);
    this.#incoming = streamed(read, STREAM_PORTS.in);
    this.#outgoing = streamed(outputsOf(memory), STREAM_PORTS.out);
  }

  /** Each port with the cells of its array. */
  get ends(): readonly { readonly name: string; readonly cells: number }[] {
    return [...this.#incoming, ...this.#outgoing].map(({ name, region }) => ({
      name,
      cells: region.shape.width,
    }));
  }

  /** Gives incoming arrays to the other ends of their ports. */
  async send(simulator: HwSimulator): Promise<void> {
    this.#simulator = simulator;
    for (const { name, region } of this.#incoming) {
      const cells = this.#host.image.subarray(region.base, region.base + arrayBytes(region));
      await simulator.writeMemory(`${name}.words`, 0, cells);
    }
  }

  /** Takes outgoing arrays from the other ends of their ports into the image. */
  async receive(): Promise<void> {
    for (const { name, region } of this.#outgoing) {
      const simulator = present(this.#simulator, "a simulator");
      const cells = await simulator.readMemory(`${name}.words`, 0, arrayBytes(region));
      this.#host.image.set(cells, region.base);
    }
  }
}

function arrayBytes({ shape }: TensorRegion): number {
  return (shape.width * bitWidth(shape.element)) / 8;
}
