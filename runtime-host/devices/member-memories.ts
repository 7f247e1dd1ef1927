import type { HwSimulator } from "../../sim/index.ts";

/** Bytes for a place in the accelerator's memory. */
export interface MemoryImage {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** A place in the accelerator's memory. */
interface MemoryPart {
  readonly address: number;
  readonly bytes: number;
}

/** The memories of accelerators that share a model, through the back door; mostly there is one. */
export class MemberMemories {
  readonly #simulator: HwSimulator;
  readonly #paths: readonly string[];

  /** `paths`: of the data of each memory. */
  constructor(simulator: HwSimulator, paths: readonly string[]) {
    this.#simulator = simulator;
    this.#paths = paths;
  }

  /** Writes the same into all of them. */
  async load(images: readonly MemoryImage[]): Promise<void> {
    await this.loadEach(this.#paths.map(() => images));
  }

  /** Writes into each of them what is its own. */
  async loadEach(images: readonly (readonly MemoryImage[])[]): Promise<void> {
    for (const [place, path] of this.#paths.entries())
      for (const { address, bytes } of images[place] ?? [])
        await this.#simulator.writeMemory(path, address, bytes);
  }

  /** What lies at some places of each of them. */
  async readEach(parts: readonly MemoryPart[]): Promise<readonly (readonly MemoryImage[])[]> {
    const found: (readonly MemoryImage[])[] = [];
    for (const path of this.#paths) {
      const images: MemoryImage[] = [];
      for (const { address, bytes } of parts)
        images.push({ address, bytes: await this.#simulator.readMemory(path, address, bytes) });
      found.push(images);
    }
    return found;
  }

  /** The same bytes, one after the other: those of the first memory, then those of the next. */
  async readAll(parts: readonly MemoryPart[]): Promise<Uint8Array> {
    const images = await this.readEach(parts);
    return Uint8Array.from(Buffer.concat(images.flat().map(({ bytes }) => bytes)));
  }

  /** Bytes that {@link readAll} gives. */
  sizeOf(parts: readonly MemoryPart[]): number {
    return this.#paths.length * parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Puts back what {@link readAll} gave. */
  async writeAll(parts: readonly MemoryPart[], contents: Uint8Array): Promise<void> {
    let from = 0;
    const take = ({ address, bytes }: MemoryPart): MemoryImage => {
      from += bytes;
      return { address, bytes: contents.subarray(from - bytes, from) };
    };
    await this.loadEach(this.#paths.map(() => parts.map(take)));
  }
}
