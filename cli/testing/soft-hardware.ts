import { ok, type Result } from "../../ir/index.ts";
import type { Device, StepResult } from "../../runtime-host/index.ts";
import { openSoftwareDevice } from "../engines/software-engine.ts";
import { describeModel } from "../jobs/model-shape.ts";
import type { Hardware } from "../rtl-engine.ts";
import { tinyBuild, tinyManifest } from "./tiny-build.ts";

const stalls = { dramRead: 10, dramWrite: 5, fifoFull: 0, fifoEmpty: 0, drain: 5 };
const bytes = { weights: 800_000, kvRead: 0, kvWrite: 0, other: 0 };
const counters = { cycles: 200_000, hostGap: 0, busy: 199_980, stalls, bytes };

/** Where a device of {@link softHardware} is made to be wrong: from this step on; undefined nowhere. */
export interface Fault {
  readonly fromStep: number;
}

/** Hardware in software: the integer reference with a clock, behind the port that compiled designs stand behind. */
export function softHardware(fault?: Fault): Hardware & { readonly closed: () => number } {
  let open: () => Device = () => {
    throw new Error("nothing is compiled");
  };
  let closed = 0;
  return {
    closed: () => closed,
    compileModel: ({ model: { checkpoint }, blockSize, maxContext, device }) => {
      open = () => openSoftwareDevice("reference", checkpoint, { blockSize, maxContext, rows: 4 });
      const macs = { linear: 512, attention: 64, other: 0 };
      const design = { ...tinyManifest.design, macs, device: device.name, block_size: blockSize };
      const manifest = { ...tinyManifest, model: describeModel(checkpoint), design };
      return Promise.resolve(ok({ ...tinyBuild, manifest }));
    },
    openSimulatedDevice: () => {
      const inner = open();
      let steps = 0;
      const device: Device = {
        capabilities: inner.capabilities,
        step: async (rows) => spoil(await inner.step(rows), steps++, fault),
        close: () => {
          closed++;
          return inner.close();
        },
      };
      return Promise.resolve(ok({ device, simulator: "embedded", memoryModel: "ideal" }));
    },
  };
}

function spoil(result: Result<StepResult>, step: number, fault: Fault | undefined): Result<StepResult> {
  if (result.kind === "error") return result;
  const isWrong = fault !== undefined && step >= fault.fromStep;
  const emissions = result.value.emissions.map((emission) =>
    isWrong && emission.kind === "argmax" ? { ...emission, token: 5 } : emission,
  );
  return ok({ emissions, counters });
}
