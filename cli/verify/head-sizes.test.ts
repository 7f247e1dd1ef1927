import { expect, test } from "vitest";
import { buildAccelerator, createOperatorLibrary, planNetwork } from "../../backend-hls/index.ts";
import { modelShapeOf, subjectOf } from "./subject.ts";
import { tinyCheckpoint, tinyConfig } from "./testing/tiny-checkpoint.ts";
import { verifyEach } from "./verify-each.ts";

test.each([6, 12])(
  "heads of %i channels: banks that are no power of two",
  { timeout: 60_000 },
  async (headDim) => {
    const checkpoint = tinyCheckpoint({ ...tinyConfig, headDim }, 3);
    const shape = modelShapeOf(checkpoint, { blockSize: 2 });
    const { schedule, plan } = buildAccelerator(shape, { pn: 2, pk: 4, rows: 1 });
    const network = planNetwork(schedule, createOperatorLibrary("xcup", 250), "optimized");
    if (network.kind === "error") throw new Error(JSON.stringify(network.diagnostics));
    const checks = await verifyEach(subjectOf(checkpoint, { plan, network: network.value }, [3, 5, 16]));
    expect(checks.map(({ outcome }) => outcome.kind)).toEqual(["same", "same", "same"]);
  },
);
