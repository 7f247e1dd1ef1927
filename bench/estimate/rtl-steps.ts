import {
  acceleratorSetup,
  type CompiledAccelerator,
  encodeStep,
  type Row,
  START_FIELDS,
} from "../../backend-hls/index.ts";
import { at, type MemoryParameters } from "../../ir/index.ts";
import { type MeasuredRun, RtlDevice } from "./rtl-device.ts";

/** The hardware of an accelerator on the embedded simulator: one step after the other. */
export class RtlSteps {
  readonly #device: RtlDevice;
  readonly #accelerator: CompiledAccelerator;
  readonly #image: Uint8Array;

  private constructor(device: RtlDevice, accelerator: CompiledAccelerator, image: Uint8Array) {
    this.#device = device;
    this.#accelerator = accelerator;
    this.#image = image;
  }

  /** Builds, resets, loads `image` and the settings. */
  static async open(
    accelerator: CompiledAccelerator,
    memory: MemoryParameters,
    image: Uint8Array,
  ): Promise<RtlSteps> {
    const { network, layout } = accelerator;
    const own = image.slice();
    const setup = { product: accelerator, setup: acceleratorSetup(network, layout), image: own };
    return new RtlSteps(await RtlDevice.open(setup, memory), accelerator, own);
  }

  /** Begins again, with queues as shallow as `limits` says: the input `queue_limits` of a simulation with limits. */
  reset(limits: bigint): Promise<void> {
    return this.#device.reset(limits);
  }

  /** Cycles of a step; undefined where it takes more than `most`. */
  async cyclesOf(rows: readonly Row[], most: number): Promise<number | undefined> {
    return this.#device.cyclesOf(await this.#prepare(rows), most);
  }

  /** One step after the other. */
  async step(rows: readonly Row[]): Promise<MeasuredRun> {
    return this.#device.start(await this.#prepare(rows));
  }

  /** Descriptors into memory; the command's fields. */
  async #prepare(rows: readonly Row[]): Promise<Readonly<Record<string, number>>> {
    const { plan, layout } = this.#accelerator;
    const command = encodeStep(plan, layout, rows, this.#image);
    const { descriptors, tables } = layout.regions;
    for (const { base, bytes } of [descriptors, tables])
      await this.#device.write(base, this.#image.slice(base, base + bytes));
    return Object.fromEntries(START_FIELDS.map((field, index) => [field, Number(at(command, index))]));
  }

  close(): Promise<void> {
    return this.#device.close();
  }
}
