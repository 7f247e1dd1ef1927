import { defineDiagnostic } from "../../ir/index.ts";

/** The length field or the header itself does not fit into the file. */
export const headerBeyondFile = defineDiagnostic(
  "frontend.safetensors-header-beyond-file",
  "error",
  (p: { readonly headerBytes: string; readonly fileBytes: number }) => ({
    message: `the header claims ${p.headerBytes} bytes, but the file has ${String(p.fileBytes)}`,
    expected: "8 bytes of length, then a JSON header of that length, then the tensors",
    hint: "the file is truncated or no safetensors file",
  }),
);

/** The header is JSON, but not a table of tensors. */
export const headerMalformed = defineDiagnostic(
  "frontend.safetensors-header-malformed",
  "error",
  (p: { readonly entry: string; readonly reason: string }) => ({
    message: `header entry '${p.entry}': ${p.reason}`,
    expected: "{dtype, shape: [sizes], data_offsets: [begin, end]} for each tensor",
  }),
);

/** A tensor's bytes lie beyond the end of the file. */
export const tensorTruncated = defineDiagnostic(
  "frontend.safetensors-truncated",
  "error",
  (p: { readonly tensor: string; readonly end: number; readonly dataBytes: number }) => ({
    message: `tensor '${p.tensor}' ends at byte ${String(p.end)}, but only ${String(p.dataBytes)} bytes of data are there`,
    expected: "every tensor within the file",
    hint: "the file is truncated: download it again",
  }),
);

/** Two tensors claim the same bytes. */
export const tensorsOverlap = defineDiagnostic(
  "frontend.safetensors-overlap",
  "error",
  (p: { readonly first: string; readonly second: string; readonly begin: number; readonly end: number }) => ({
    message: `tensors '${p.first}' and '${p.second}' overlap: one ends at byte ${String(p.end)}, the other begins at ${String(p.begin)}`,
    expected: "tensors that follow one another without overlap",
  }),
);

/** Bytes that belong to no tensor: the format forbids them. */
export const bytesUnclaimed = defineDiagnostic(
  "frontend.safetensors-unclaimed-bytes",
  "error",
  (p: { readonly begin: number; readonly end: number }) => ({
    message: `bytes ${String(p.begin)} to ${String(p.end)} of the data belong to no tensor`,
    expected: "tensors that cover the data without holes",
  }),
);

/** The byte count is not what shape and element type need. */
export const tensorSizeWrong = defineDiagnostic(
  "frontend.safetensors-size",
  "error",
  (p: {
    readonly tensor: string;
    readonly bytes: number;
    readonly needed: number;
    readonly type: string;
  }) => ({
    message: `tensor '${p.tensor}' has ${String(p.bytes)} bytes, but ${p.type} needs ${String(p.needed)}`,
    expected: "as many bytes as the shape and the element type need",
  }),
);
