import { expect, test } from "vitest";
import { builtSpan, defineDiagnostic, fail, ok } from "../../ir/index.ts";
import type { Device } from "../device.ts";
import { continueHistory, openHistoryDecoder, toyVocab } from "../testing/history-decoder.ts";
import { deviceError } from "./diagnostics.ts";
import { createReferenceDevice } from "./reference.ts";
import { restartableDevice } from "./restartable.ts";

const died = defineDiagnostic("TEST0003", "error", () => ({ message: "died" }));
const where = builtSpan("device");
const row = {
  token: 5,
  position: 0,
  kvSlot: 4,
  sequence: 0,
  blockTable: [1],
  visible: 1n,
  emit: "argmax",
} as const;

function toyDevice(failure?: ReturnType<typeof died>): Device {
  const device = createReferenceDevice({
    openDecoder: openHistoryDecoder,
    rows: 1,
    blockSize: 4,
    maxContext: 8,
    vocab: toyVocab,
  });
  return failure === undefined ? device : { ...device, step: () => Promise.resolve(fail(failure)) };
}

test("a device that died is opened anew, its memory is lost", async () => {
  const device = restartableDevice(toyDevice(died(where, {})), () => Promise.resolve(ok(toyDevice())));
  expect((await device.step([row])).kind).toBe("error");
  expect(await device.recover?.()).toEqual(ok("lost"));
  const [token] = continueHistory([5], 1);
  expect(await device.step([row])).toMatchObject({ kind: "ok", value: { emissions: [{ token }] } });
});

test("one that ended a step with an error code stays; one that does not come back says why", async () => {
  const fault = { name: "read_slverr", what: "a read failed", hint: "", code: 3, cycle: 1, state: "" };
  const sound = restartableDevice(toyDevice(deviceError(where, fault)), () => {
    throw new Error("not asked for");
  });
  expect((await sound.step([row])).kind).toBe("error");
  expect(await sound.recover?.()).toEqual(ok("kept"));
  const gone = restartableDevice(toyDevice(died(where, {})), () => Promise.resolve(fail(died(where, {}))));
  await gone.step([row]);
  expect(await gone.recover?.()).toMatchObject({ kind: "error", diagnostics: [{ code: "TEST0003" }] });
});
