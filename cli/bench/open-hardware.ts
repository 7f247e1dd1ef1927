import { ok, type Result } from "../../ir/index.ts";
import type { Device } from "../../runtime-host/index.ts";
import { openSoftwareDevice } from "../engines/software-engine.ts";
import { compilePrepared } from "../jobs/compile-model.ts";
import { describeModel } from "../jobs/model-shape.ts";
import { openBuild } from "../jobs/open-build.ts";
import { prepareModel } from "../jobs/prepare.ts";
import { ownHardware } from "../rtl-engine.ts";
import { modelPath, openSubject, type SubjectOptions } from "./bench-model.ts";
import type { ServedHardware } from "./simulate-serving.ts";
import { timedDevice } from "./timed-device.ts";

/** Which accelerators serve. */
export interface HardwareChoice extends SubjectOptions {
  /** `estimate`: tokens of the integer reference, cycles of the exact estimator; `rtl`: the simulated hardware. */
  readonly engine: "estimate" | "rtl";
  readonly accelerators: number;
  /** Blocks of each one's KV memory, the null block not counted. */
  readonly kvBlocks: number;
}

/** Accelerators that serve, what a table says of their time, and how to let them go. */
export interface OpenedHardware {
  readonly hardware: ServedHardware;
  readonly time: string;
  /** Positions that a token sees, where no layer sees more. */
  readonly window: number | undefined;
  close(): Promise<void>;
}

/** Opens the accelerators of a bench. */
export function openHardware(choice: HardwareChoice): Promise<Result<OpenedHardware>> {
  return choice.engine === "rtl" ? openSimulated(choice) : Promise.resolve(openEstimated(choice));
}

function openEstimated(choice: HardwareChoice): Result<OpenedHardware> {
  const { accelerators, kvBlocks } = choice;
  const opened = openSubject(choice, { kvBlocks: kvBlocks + 1 });
  if (opened.kind === "error") return opened;
  const { checkpoint, hardware } = opened.value;
  const devices = Array.from({ length: accelerators }, () =>
    timedDevice(openSoftwareDevice("reference", checkpoint, { ...choice, blocks: kvBlocks + 1 }), hardware),
  );
  const { clockMhz, deviceFile, plan } = hardware;
  const served = { devices, clockMhz, energy: deviceFile.energy, portBytes: plan.beatBytes };
  return ok({
    hardware: { ...served, model: describeModel(checkpoint) },
    time: "cycles by the exact estimator",
    window: commonWindow(plan.model.windows),
    close: () => Promise.resolve(),
  });
}

async function openSimulated(choice: HardwareChoice): Promise<Result<OpenedHardware>> {
  const { device, rows, blockSize, maxContext, kvBlocks, accelerators } = choice;
  const sequences = Math.ceil((kvBlocks * blockSize) / maxContext);
  const shape = { device, rows, blockSize, maxContext, sequences, schedule: "optimized" } as const;
  const outputs = { candidates: 1, logits: false };
  const options = { ...shape, outputs, seed: 0, verifyEach: false, emitIr: false } as const;
  const prepared = prepareModel(modelPath(choice), "rtl", options);
  if (prepared.kind === "error") return prepared;
  const build = await compilePrepared(prepared.value, options, {}, ownHardware);
  if (build.kind === "error") return build;
  const devices: Device[] = [];
  const close = async (): Promise<void> => {
    for (const one of devices) await one.close();
  };
  for (let n = 0; n < accelerators; n++) {
    const engine = await openBuild(build.value, { simulator: "auto" }, {}, ownHardware);
    if (engine.kind === "error") {
      await close();
      return engine;
    }
    devices.push(withBlocks(engine.value.device, kvBlocks + 1));
  }
  const { design, model } = build.value.manifest;
  const served = { devices, model, clockMhz: design.clock.mhz, energy: design.energy };
  const { config } = prepared.value.model.checkpoint;
  return ok({
    hardware: { ...served, portBytes: (design.ports * design.port_bits) / 8 },
    time: "cycles counted by the simulated hardware",
    window: config.fullLayers.length === 0 ? config.window : undefined,
    close,
  });
}

/** The device with part of its KV memory. */
function withBlocks(device: Device, blocks: number): Device {
  return {
    capabilities: { ...device.capabilities, blocks: Math.min(blocks, device.capabilities.blocks) },
    kv: device.kv,
    step: (rows) => device.step(rows),
    close: () => device.close(),
  };
}

/** The widest window, where every layer has one. */
function commonWindow(windows: readonly (number | undefined)[]): number | undefined {
  const known = windows.filter((window) => window !== undefined);
  return known.length < windows.length ? undefined : Math.max(...known);
}
