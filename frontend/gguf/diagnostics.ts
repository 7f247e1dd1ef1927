import { defineDiagnostic } from "../../ir/index.ts";

/** The file is no GGUF file, or one of a version that this reader does not know. */
export const ggufHeaderWrong = defineDiagnostic(
  "frontend.gguf-header",
  "error",
  (p: { readonly problem: string; readonly hint: string | undefined }) => ({
    message: p.problem,
    expected: "a GGUF file of version 2 or 3, little-endian: 'GGUF', version, counts of tensors and keys",
    ...(p.hint !== undefined && { hint: p.hint }),
  }),
);

/** Metadata or the table of tensors contradicts itself or the size of the file. */
export const ggufMalformed = defineDiagnostic(
  "frontend.gguf-malformed",
  "error",
  (p: { readonly at: number; readonly problem: string; readonly expected: string }) => ({
    message: `byte ${String(p.at)}: ${p.problem}`,
    expected: p.expected,
    hint: "the file is truncated or damaged: download it again",
  }),
);

/** A tensor's place in the file is impossible. */
export const ggufTensorPlaced = defineDiagnostic(
  "frontend.gguf-tensor-place",
  "error",
  (p: { readonly tensor: string; readonly problem: string; readonly expected: string }) => ({
    message: `tensor '${p.tensor}' ${p.problem}`,
    expected: p.expected,
    hint: "the file is truncated or damaged: download it again",
  }),
);

/** A metadata key is missing, has a wrong type or contradicts another one. */
export const ggufKeyWrong = defineDiagnostic(
  "frontend.gguf-key",
  "error",
  (p: { readonly key: string; readonly problem: string; readonly expected: string }) => ({
    message: `metadata key ${p.key} ${p.problem}`,
    expected: p.expected,
  }),
);

/** Something valid that this compiler does not compute. */
export const ggufUnsupported = defineDiagnostic(
  "frontend.gguf-unsupported",
  "unsupported",
  (p: { readonly what: string; readonly expected: string; readonly hint: string | undefined }) => ({
    message: `${p.what} is not supported`,
    expected: p.expected,
    ...(p.hint !== undefined && { hint: p.hint }),
  }),
);

/** A tensor has an element type that is not read. */
export const ggufTypeUnsupported = defineDiagnostic(
  "frontend.gguf-tensor-type",
  "unsupported",
  (p: { readonly tensor: string; readonly type: string; readonly known: readonly string[] }) => ({
    message: `tensor '${p.tensor}' has element type ${p.type}`,
    expected: p.known.join(", "),
    hint: "convert the model again with one of these types (llama-quantize, or convert_hf_to_gguf.py --outtype)",
  }),
);

/** Tensors that the metadata calls for are missing, have another shape, or are not known. */
export const ggufTensorsWrong = defineDiagnostic(
  "frontend.gguf-tensors",
  "error",
  (p: { readonly problem: string; readonly expected: string }) => ({
    message: p.problem,
    expected: p.expected,
  }),
);
