import { at, renderDiagnostic } from "../../ir/index.ts";
import type { Device, Emission, RowDescriptor, StepResult } from "../../runtime-host/index.ts";

/** Runs a step; what is no result is thrown with its text. */
export async function stepOf(device: Device, rows: readonly RowDescriptor[]): Promise<StepResult> {
  const result = await device.step(rows);
  if (result.kind === "error") throw new Error(result.diagnostics.map(renderDiagnostic).join("\n"));
  return result.value;
}

/** The first difference between what two devices gave for the same rows, to the bit; undefined: none. */
export function differenceOf(found: readonly Emission[], wanted: readonly Emission[]): string | undefined {
  if (found.length !== wanted.length) return `${found.length} rows gave something, not ${wanted.length}`;
  for (const [index, emission] of found.entries()) {
    const other = at(wanted, index);
    const [a, b] = [textOf(emission), textOf(other)];
    if (a !== b) return `row ${other.row} gave ${a.slice(0, 200)}, not ${b.slice(0, 200)}`;
  }
  return undefined;
}

/** All that an emission says; floats as their bits. */
function textOf(emission: Emission): string {
  const { kind, row, token } = emission;
  if (kind === "argmax") return `${kind} ${row}: ${token}`;
  const { logits } = emission;
  const bits = Array.from(new Uint32Array(logits.buffer, logits.byteOffset, logits.length));
  const tokens = kind === "topk" ? emission.tokens.join(" ") : "";
  return `${kind} ${row}: ${token} [${tokens}] ${bits.map((word) => word.toString(16)).join(" ")}`;
}
