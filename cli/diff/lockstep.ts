import { ok, present, type Result } from "../../ir/index.ts";
import type { AcceleratorProgram, Device, RowDescriptor, StepResult } from "../../runtime-host/index.ts";
import {
  DivergenceFound,
  type ObservedStream,
  type StreamDivergence,
  type StreamExpectation,
  StreamObserver,
} from "../../sim/index.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import type { SimulationOptions } from "../options/generation-options.ts";
import { openSimulatedHardware, type SimulatedHardware } from "../rtl/open-simulated.ts";
import type { LevelReference } from "./reference.ts";

/** Where hardware and reference part: on a stream, or in memory behind a step; or the device gave up. */
export type Parting =
  | { readonly kind: "stream"; readonly streams: readonly StreamDivergence[] }
  | { readonly kind: "memory"; readonly address: number; readonly found: number; readonly wanted: number }
  | { readonly kind: "device"; readonly message: string };

/** Thrown out of a step once hardware and reference differ. */
class Parted extends Error {
  readonly parting: Parting;

  constructor(parting: Parting) {
    super(`hardware and reference differ: ${parting.kind}`);
    this.parting = parting;
  }
}

/** Instance path of the memory's words in a simulation. */
const STORE = "memory.store";

/** A device whose every step is executed by the reference too, and compared. */
export interface Lockstep {
  readonly device: Device;
  readonly observer: StreamObserver;
  readonly memoryModel: string;
  readonly steps: () => number;
  /** Runs `work`; where hardware and reference part, that is what comes of it. */
  readonly until: <T>(work: () => Promise<T>) => Promise<T | Parting>;
}

/** Hardware with taps and what it is compared with. */
export interface LockstepParts {
  readonly hardware: SimulatedHardware;
  readonly taps: readonly ObservedStream[];
  readonly reference: LevelReference;
  /** The first byte of memory that steps write: before it the memory is only read. */
  readonly writtenFrom: number;
}

/** Whether the outcome of `until` is a difference. */
export function isParting(outcome: unknown): outcome is Parting {
  return (
    typeof outcome === "object" &&
    outcome !== null &&
    "kind" in outcome &&
    ["stream", "memory", "device"].includes(String(outcome.kind))
  );
}

/** Opens tapped hardware on a simulator beside the reference. */
export async function openLockstep(
  { hardware, taps, reference, writtenFrom }: LockstepParts,
  options: SimulationOptions,
  watch: JobWatch,
): Promise<Result<Lockstep>> {
  let observer: StreamObserver | undefined;
  let expected: readonly StreamExpectation[] = [];
  let steps = 0;
  const program: AcceleratorProgram = {
    ...hardware.program,
    encode: (rows) => {
      const encoded = hardware.program.encode(rows);
      const stepped = reference.step(encoded);
      if (stepped.kind === "error")
        throw new Parted({ kind: "device", message: stepped.diagnostics.map((d) => d.message).join("; ") });
      expected = stepped.value;
      observer?.expect(expected);
      return encoded;
    },
  };
  const opened = await openSimulatedHardware({ ...hardware, program }, options, watch, (simulator) => {
    observer = new StreamObserver(simulator, taps, { stops: true });
    return observer;
  });
  if (opened.kind === "error") return opened;
  const { device, memoryModel } = opened.value;
  const seen = present(observer, "the observer of an opened simulation");
  const compared: Device = {
    capabilities: device.capabilities,
    close: () => device.close(),
    step: async (rows) => {
      const result = await stepDevice(device, rows, seen);
      await compare(seen, reference, result, writtenFrom);
      steps++;
      return result;
    },
  };
  return ok({
    device: compared,
    observer: seen,
    memoryModel,
    steps: () => steps,
    until: async (work) => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof Parted) return error.parting;
        throw error;
      }
    },
  });
}

async function stepDevice(
  device: Device,
  rows: readonly RowDescriptor[],
  observer: StreamObserver,
): Promise<Result<StepResult>> {
  try {
    return await device.step(rows);
  } catch (error) {
    if (error instanceof DivergenceFound)
      throw new Parted({ kind: "stream", streams: observer.divergences() });
    throw error;
  }
}

/** Streams first, then what the device says, then memory. */
async function compare(
  observer: StreamObserver,
  reference: LevelReference,
  result: Result<StepResult>,
  first: number,
): Promise<void> {
  const streams = observer.divergences();
  if (streams.length > 0) throw new Parted({ kind: "stream", streams });
  if (result.kind === "error")
    throw new Parted({ kind: "device", message: result.diagnostics.map((d) => d.message).join("; ") });
  const { memory } = reference;
  const found = await observer.readMemory(STORE, first, memory.length - first);
  const place = found.findIndex((byte, index) => byte !== memory[first + index]);
  if (place < 0) return;
  const address = first + place;
  throw new Parted({ kind: "memory", address, found: found[place] ?? 0, wanted: memory[address] ?? 0 });
}
