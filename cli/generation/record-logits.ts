import { writeFileSync } from "node:fs";
import { at, builtSpan, CompilerBug, fail, ok, type Result } from "../../ir/index.ts";
import type { Device, Emission, RowDescriptor } from "../../runtime-host/index.ts";
import { logitsNotBuilt } from "../jobs/diagnostics.ts";
import { writeNpz } from "../npz/npz.ts";

/** A device whose greedy rows are recorded. */
export interface LogitRecorder {
  readonly device: Device;
  /** [vocab] of each row that emitted, in order. */
  readonly logits: readonly Float32Array[];
}

/** The same device, asked for all logits where greedy tokens are wanted; one that has none is a diagnostic. */
export function recordLogits(device: Device): Result<LogitRecorder> {
  if (!device.capabilities.emits.includes("logits"))
    return fail(logitsNotBuilt(builtSpan("--dump-logits"), {}));
  const logits: Float32Array[] = [];
  const recording: Device = {
    capabilities: device.capabilities,
    step: async (rows) => {
      const result = await device.step(rows.map(withLogits));
      if (result.kind === "error") return result;
      for (const emission of result.value.emissions)
        if (emission.kind === "logits") logits.push(emission.logits);
      const emissions = result.value.emissions.map((emission) => asAsked(at(rows, emission.row), emission));
      return ok({ ...result.value, emissions });
    },
    close: () => device.close(),
  };
  return ok({ device: recording, logits });
}

function withLogits(row: RowDescriptor): RowDescriptor {
  if (row.emit === "topk") throw new CompilerBug("logits are recorded of greedy rows only");
  return row.emit === "none" ? row : { ...row, emit: "logits" };
}

function asAsked({ emit }: RowDescriptor, emission: Emission): Emission {
  return emit === "argmax" ? { kind: "argmax", row: emission.row, token: emission.token } : emission;
}

/** Writes recorded logits: `logits` [tokens, vocab]. What the system refuses is thrown. */
export function writeLogits(file: string, logits: readonly Float32Array[]): void {
  const vocab = logits[0]?.length ?? 0;
  const data = new Float32Array(logits.length * vocab);
  logits.forEach((row, index) => {
    data.set(row, index * vocab);
  });
  writeFileSync(file, writeNpz(new Map([["logits", { shape: [logits.length, vocab], data }]])));
}
