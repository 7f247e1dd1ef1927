import { defineDiagnostic } from "../../support/diagnostics.ts";

export const unknownFunction = defineDiagnostic(
  "IR0121",
  "error",
  (p: { name: string; known: readonly string[] }) => ({
    message: `there is no function @${p.name}`,
    expected:
      p.known.length === 0
        ? "a func.func in the module"
        : `one of ${p.known.map((name) => `@${name}`).join(", ")}`,
  }),
);
export const wrongInput = defineDiagnostic(
  "IR0122",
  "error",
  (p: { name: string; index: number; actual: string; wanted: string }) => ({
    message: `input ${String(p.index)} of @${p.name} is ${p.actual}`,
    expected: p.wanted,
  }),
);
export const missingWeight = defineDiagnostic(
  "IR0123",
  "error",
  (p: { name: string; layer: number | undefined; actual: string; wanted: string }) => ({
    message: `weight @${p.name}${p.layer === undefined ? "" : ` of layer ${String(p.layer)}`} is ${p.actual}`,
    expected: p.wanted,
  }),
);
export const positionOutside = defineDiagnostic(
  "IR0124",
  "error",
  (p: { position: number; positions: number }) => ({
    message: `position ${String(p.position)} lies outside the block table`,
    expected: `0 to ${String(p.positions - 1)}`,
  }),
);
export const slotOutside = defineDiagnostic(
  "IR0125",
  "error",
  (p: { what: "slot" | "block"; index: number; count: number }) => ({
    message: `${p.what} ${String(p.index)} lies outside the cache`,
    expected: `0 to ${String(p.count - 1)}`,
  }),
);
export const rowOutside = defineDiagnostic("IR0126", "error", (p: { index: number; rows: number }) => ({
  message: `row ${String(p.index)} of a table of ${String(p.rows)} rows`,
  expected: `0 to ${String(p.rows - 1)}`,
}));
