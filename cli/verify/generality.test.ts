import { expect, test } from "vitest";
import { buildAccelerator, createOperatorLibrary, planNetwork } from "../../backend-hls/index.ts";
import { modelShapeOf, subjectOf } from "./subject.ts";
import { tinyCheckpoint, tinyConfig } from "./testing/tiny-checkpoint.ts";
import { verifyEach } from "./verify-each.ts";

test.each([
  ["biases", { qkvBias: true }],
  ["normalized heads", { qkNorm: true, headDim: 10 }],
  ["both, and scaled positions", { qkvBias: true, qkNorm: true, ropeScaling: { kind: "linear", factor: 4 } }],
  ["sums of 26 bits, in two halves", { ffn: 530 }],
  ["a window in the first layer only", { window: 1, fullLayers: [1] }],
] as const)("%s: the same bits from the graph to the hardware", { timeout: 60_000 }, async (_, parts) => {
  const checkpoint = tinyCheckpoint({ ...tinyConfig, layers: 2, ...parts }, 3);
  const shape = modelShapeOf(checkpoint, { blockSize: 2 });
  const { schedule, plan } = buildAccelerator(shape, { pn: 2, pk: 4, rows: 1 });
  const network = planNetwork(schedule, createOperatorLibrary("xcup", 250), "optimized");
  if (network.kind === "error") throw new Error(JSON.stringify(network.diagnostics));
  const checks = await verifyEach(subjectOf(checkpoint, { plan, network: network.value }, [3, 5, 16]));
  expect(checks.map(({ outcome }) => outcome.kind)).toEqual(["same", "same", "same"]);
});
