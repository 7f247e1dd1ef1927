import { defineDiagnostic } from "../../support/diagnostics.ts";

export const shapeMismatch = defineDiagnostic(
  "NN0001",
  "error",
  (p: { op: string; value: string; actual: string; wanted: string }) => ({
    message: `${p.value} of ${p.op} is ${p.actual}`,
    expected: p.wanted,
  }),
);
export const unevenHeads = defineDiagnostic(
  "NN0002",
  "error",
  (p: { op: string; channels: number; part: number; what: string }) => ({
    message: `${p.op}: ${String(p.channels)} channels are not a whole number of ${p.what} of ${String(p.part)}`,
    expected: `a multiple of ${String(p.part)} channels`,
  }),
);
export const unknownCache = defineDiagnostic("NN0003", "error", (p: { op: string; cache: string }) => ({
  message: `${p.op} names the cache @${p.cache}, which is not declared`,
  expected: "an nn.kv_cache of that name in the module",
}));
export const cacheElement = defineDiagnostic(
  "NN0004",
  "error",
  (p: { op: string; cache: string; actual: string; wanted: string }) => ({
    message: `${p.op} needs ${p.wanted} in the cache @${p.cache}, which holds ${p.actual}`,
    expected: `element = ${p.wanted}`,
  }),
);
export const carriedTypes = defineDiagnostic(
  "NN0005",
  "error",
  (p: { op: string; wanted: string; actual: string; what: string }) => ({
    message: `${p.op} carries (${p.wanted}) from layer to layer, but ${p.what} are (${p.actual})`,
    expected: `(${p.wanted})`,
  }),
);
export const badNumber = defineDiagnostic(
  "NN0006",
  "error",
  (p: { op: string; key: string; value: number; wanted: string }) => ({
    message: `attribute ${p.key} of ${p.op} is ${String(p.value)}`,
    expected: p.wanted,
  }),
);
export const elementUnsupported = defineDiagnostic(
  "NN0007",
  "unsupported",
  (p: { op: string; actual: string }) => ({
    message: `${p.op} of ${p.actual} elements`,
    expected: "f32 or i8",
  }),
);
