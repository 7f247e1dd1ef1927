import { defineDiagnostic } from "../../ir/index.ts";

/** An operation that graph files cannot have yet. */
export const graphUnsupported = defineDiagnostic(
  "HLS0050",
  "unsupported",
  (p: { readonly op: string; readonly reason: string }) => ({
    message: `${p.op} cannot be lowered: ${p.reason}`,
    expected: "operations of the integer graph (after nn-quantize), each value of a known shape",
  }),
);

/** The function to be lowered is not there. */
export const functionMissing = defineDiagnostic(
  "HLS0051",
  "error",
  (p: { readonly name: string; readonly known: readonly string[] }) => ({
    message: `there is no function @${p.name}`,
    expected:
      p.known.length === 0 ? "a func.func" : `one of ${p.known.map((known) => `@${known}`).join(", ")}`,
  }),
);

/** A graph without any result computes nothing that could be seen. */
export const nothingReturned = defineDiagnostic("HLS0052", "error", (p: { readonly name: string }) => ({
  message: `@${p.name} returns nothing`,
  expected: "a function that returns at least one tensor, or writes to an array that it is given",
}));

/** An interface of nothing. */
export const interfaceUnknown = defineDiagnostic(
  "HLS0054",
  "error",
  (p: { readonly name: string; readonly known: readonly string[] }) => ({
    message: `there is no argument or result ${p.name}`,
    expected: `one of ${p.known.join(", ")}`,
  }),
);

/** A stream goes one way. */
export const streamBothWays = defineDiagnostic("HLS0055", "error", (p: { readonly name: string }) => ({
  message: `${p.name} is read and written, a stream goes one way`,
  expected: `${p.name}=ram or ${p.name}=m_axi; axis for what is only read or only written`,
}));
