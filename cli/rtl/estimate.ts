import {
  arrayMacs,
  type CompiledAccelerator,
  macsAndBytes,
  transferredBytes,
} from "../../backend-hls/index.ts";
import type { CompileRequest } from "../rtl-engine.ts";

/** What a build's manifest says in advance of any simulation: bounds, for one row at the last position. */
export interface BuildBounds {
  /** The memory port and the arrays, whichever takes longer: no schedule is faster. */
  readonly least_cycles_per_token: number;
  readonly dram_bytes_per_token: number;
  readonly macs_per_token: number;
}

/** Bounds from the sizes alone, at the longest context. */
export function boundsOf(
  { maxContext }: Pick<CompileRequest, "maxContext">,
  { plan, layout }: CompiledAccelerator,
): BuildBounds {
  const row = { token: 0, position: maxContext - 1, blocks: [], sequence: 0, emit: "argmax" } as const;
  const traffic = transferredBytes(plan, layout, [row]);
  const bytes = traffic.weights + traffic.kvRead + traffic.kvWrite + traffic.other;
  const { linearMacs, attentionMacs } = macsAndBytes(plan.model, 1, maxContext);
  const { linear, attention } = arrayMacs(plan.model, plan);
  const times = [bytes / plan.beatBytes, linearMacs / linear, attentionMacs / attention];
  return {
    least_cycles_per_token: Math.ceil(Math.max(...times)),
    dram_bytes_per_token: bytes,
    macs_per_token: linearMacs + attentionMacs,
  };
}
