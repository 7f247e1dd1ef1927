import { defineDiagnostic } from "../../ir/index.ts";

/** No array that the compiler can build fits the device. */
export const deviceTooSmall = defineDiagnostic(
  "HLS0040",
  "error",
  (p: {
    readonly device: string;
    readonly what: string;
    readonly needed: number;
    readonly most: number;
  }) => ({
    message: `the smallest array needs ${p.needed} ${p.what}, ${p.device} has ${p.most}`,
    expected: "a larger device",
  }),
);

/** A port width that no array has. */
export const portUnsupported = defineDiagnostic(
  "HLS0041",
  "unsupported",
  (p: { readonly device: string; readonly bits: number }) => ({
    message: `the memory ports of ${p.device} have ${p.bits} bits`,
    expected: "a device with ports of 64 to 1024 bits",
  }),
);

/** A model whose sizes the accelerator cannot have. */
export const modelUnsupported = defineDiagnostic(
  "HLS0042",
  "unsupported",
  (p: { readonly problem: string }) => ({
    message: `hardware cannot be built for this model: ${p.problem}`,
    expected: "an even head size, query heads a multiple of key/value heads, a hidden size of at least 8",
  }),
);
