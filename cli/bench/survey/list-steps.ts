import { fail, ok, type Result } from "../../../ir/index.ts";
import {
  type Device,
  type DeviceCapabilities,
  Engine,
  GREEDY,
  type RowDescriptor,
  type StepRecord,
} from "../../../runtime-host/index.ts";
import type { Variant } from "./variants.ts";

/** Requests that are all there from the beginning, all alike. */
export interface Workload {
  readonly name: "short" | "long";
  readonly users: number;
  /** Tokens of a prompt and of an answer. */
  readonly prompt: number;
  readonly output: number;
}

/** One step as the host gives it to the accelerator. */
export interface ListedStep {
  readonly rows: readonly RowDescriptor[];
  readonly record: StepRecord;
}

/** Every step of a workload, and the KV blocks that were in use at once. */
export interface ListedWorkload {
  readonly steps: readonly ListedStep[];
  readonly mostBlocks: number;
}

/** The token of prompts and answers: which one it is changes no cycle. */
const anyToken = 2;

/** The steps that the host's scheduler makes of a workload; what the tokens are does not matter, and no model is run. */
export async function listSteps(
  capabilities: DeviceCapabilities,
  { users, prompt, output }: Workload,
  serving: Variant["serving"],
): Promise<Result<ListedWorkload>> {
  const steps: ListedStep[] = [];
  let rows: readonly RowDescriptor[] = [];
  const device = scriptedDevice(capabilities, (given) => {
    rows = given;
  });
  const allocation = serving === "alone" ? "reserved" : "paged";
  const sequences = serving === "alone" ? 1 : users;
  const engine = new Engine(device, { sequences, allocation, prefixCaching: false });
  for (let user = 0; user < users; user++) {
    const promptIds = Array.from({ length: prompt }, () => anyToken);
    const request = { id: String(user), promptIds, maxTokens: output, stopIds: [], sampling: GREEDY };
    const added = engine.add(request);
    if (added.kind === "error") return fail(...added.diagnostics);
  }
  let mostBlocks = 0;
  for (let record = await engine.step(); record !== undefined; record = await engine.step()) {
    steps.push({ rows, record });
    mostBlocks = Math.max(mostBlocks, engine.load.blocks - engine.load.freeBlocks);
  }
  return ok({ steps, mostBlocks });
}

/** A device that answers every row that emits with the same token and shows what it was given. */
function scriptedDevice(
  capabilities: DeviceCapabilities,
  onStep: (rows: readonly RowDescriptor[]) => void,
): Device {
  return {
    capabilities,
    step: (rows) => {
      onStep(rows);
      const emissions = rows.flatMap(({ emit }, row) =>
        emit === "none" ? [] : [{ kind: "argmax", row, token: anyToken } as const],
      );
      return Promise.resolve(ok({ emissions }));
    },
    close: () => Promise.resolve(),
  };
}
