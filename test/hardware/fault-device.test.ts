import { expect, test } from "vitest";
import { ERROR_CODES, ERROR_MEANINGS, type ErrorName } from "../../backend-hls/index.ts";
import { present, renderDiagnostic } from "../../ir/index.ts";
import {
  type AcceleratorProgram,
  openSimulatedAccelerator,
  type RowDescriptor,
} from "../../runtime-host/index.ts";
import { buildSimulator } from "../../sim/index.ts";
import { tinyAccelerator, unwrap } from "./faults/tiny-accelerator.ts";

const tiny = tinyAccelerator();
const { layout, plan, setup } = tiny.compiled;

/** Steps of the tiny accelerator whose second row has this token. */
function program(token: () => number): AcceleratorProgram {
  const { descriptors, outputs } = layout.regions;
  return {
    capabilities: {
      rows: plan.rows,
      sequences: 1,
      blockSize: plan.model.blockSize,
      blocks: layout.kvBlocks,
      maxContext: plan.model.maxContext,
      vocab: plan.model.vocab,
      emits: ["none", "argmax"],
      candidates: 0,
      hasTrees: true,
    },
    registers: tiny.registers,
    describeError: (code, where) => {
      const names = Object.keys(ERROR_CODES) as ErrorName[]; // the keys are the names
      const name = present(
        names.find((each) => ERROR_CODES[each] === code),
        `a name of code ${code}`,
      );
      const { what, hint } = ERROR_MEANINGS[name];
      return { name, what: `${String(where)}: ${what}`, hint };
    },
    memory: [{ address: 0, bytes: tiny.before }],
    setup: setup.map(({ register, offset }) => ({ register, value: offset })),
    outputs: () => [{ address: outputs.base, bytes: outputs.bytes }],
    encode: () => ({
      memory: [
        { address: 0, bytes: tiny.before },
        { address: descriptors.base + layout.strides.descriptor, bytes: Uint8Array.of(token()) },
      ],
      command: Object.entries(tiny.command).map(([register, value]) => ({ register, value })),
      transferred: { weights: 0, kvRead: 0, kvWrite: 0, other: 0 },
    }),
    decode: (_, images) => [{ kind: "argmax", row: 0, token: present(images[0]?.bytes[0], "the outputs") }],
  };
}

const row: RowDescriptor = {
  token: 1,
  position: 0,
  kvSlot: 4,
  sequence: 0,
  blockTable: [1],
  visible: 1n,
  emit: "argmax",
};

test("a device tells a fault with code, row and hint, and goes on", async () => {
  let token = 200;
  const simulator = unwrap(await buildSimulator("faults", tiny.top.modules, { engine: "embedded" }));
  const device = unwrap(
    await openSimulatedAccelerator(
      simulator,
      program(() => token),
      { memoryPath: "memory.store" },
    ),
  );
  const good = { token: tiny.outputs[1]?.candidates[0]?.token };
  for (const attempt of [1, 2]) {
    token = 200;
    const failed = await device.step([row]);
    if (failed.kind === "ok") throw new Error(`attempt ${String(attempt)} did not fail`);
    const told = failed.diagnostics.map(renderDiagnostic).join("\n");
    expect(told).toContain("HOST0010");
    expect(told).toContain(`1: a token that the vocabulary does not have (bad_token, code 16)`);
    expect(told).toContain("row_descriptor");
    token = 6;
    expect(await device.step([row])).toMatchObject({ kind: "ok", value: { emissions: [good] } });
  }
  await device.close();
});
