import type { Result } from "../../ir/index.ts";
import { ok } from "../../ir/index.ts";
import type { Device } from "../device.ts";
import { deviceErrorCode } from "./diagnostics.ts";

/**
 * A device that is opened anew behind failures that leave it in no known state: a simulation that died, an accelerator that did
 * not answer. One that ended a step with an error code is idle and stays as it is, memory included.
 */
export function restartableDevice(first: Device, reopen: () => Promise<Result<Device>>): Device {
  let device = first;
  let isSound = true;
  return {
    capabilities: first.capabilities,
    get kv() {
      return device.kv;
    },
    step: async (rows) => {
      const result = await device.step(rows);
      if (result.kind === "error") isSound = result.diagnostics.every(({ code }) => code === deviceErrorCode);
      return result;
    },
    recover: async () => {
      if (isSound) return (await device.recover?.()) ?? ok("kept");
      await device.close().catch(() => undefined); // it is gone already, perhaps
      const opened = await reopen();
      if (opened.kind === "error") return opened;
      device = opened.value;
      isSound = true;
      return ok("lost");
    },
    close: () => device.close(),
  };
}
