import { defineDiagnostic } from "../../ir/index.ts";

export const unknownDevice = defineDiagnostic(
  "DEVICE0001",
  "error",
  (p: { name: string; known: readonly string[] }) => ({
    message: `there is no device ${p.name}`,
    expected: `one of ${p.known.join(", ")}, or the path of a .json file`,
    hint: "a board of your own is a JSON file with the schema hidalgo.device/1: copy one from devices/",
  }),
);
export const unreadableDevice = defineDiagnostic("DEVICE0002", "error", (p: { reason: string }) => ({
  message: `the device file cannot be read: ${p.reason}`,
  expected: "a readable JSON file",
}));
export const invalidDevice = defineDiagnostic(
  "DEVICE0003",
  "error",
  (p: { path: string; problem: string }) => ({
    message: `${p.path === "" ? "the device file" : p.path} is wrong: ${p.problem}`,
    expected: "a file with the schema hidalgo.device/1",
  }),
);
