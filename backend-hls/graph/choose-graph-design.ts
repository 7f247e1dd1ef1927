import { at, builtSpan, fail, type Operation, ok, QlinearOp, type Result } from "../../ir/index.ts";
import { portUnsupported } from "../compile/diagnostics.ts";
import type { Device } from "../device/index.ts";
import type { GraphDesign } from "./graph-scope.ts";
import { tensorShape } from "./tensor-shape.ts";

/** Rows in parallel, at most: behind the matrix engine one element passes per cycle anyway. */
const MOST_ROW_LANES = 4;

/** Narrowest and widest beat, in bytes. */
const BEAT_BYTES = { least: 8, most: 128 } as const;

/** One beat of the memory port a cycle, times as many rows as the products have, up to four. */
export function chooseGraphDesign(module: Operation, device: Device): Result<GraphDesign> {
  const beatBytes = device.axi.data_bits / 8;
  if (beatBytes < BEAT_BYTES.least || beatBytes > BEAT_BYTES.most)
    return fail(portUnsupported(builtSpan(device.name), { device: device.name, bits: device.axi.data_bits }));
  const rows = [...module.walk()].flatMap((op) =>
    op.name === QlinearOp.name ? [tensorShape(at(op.results, 0).type).rows] : [],
  );
  const lanes = Math.min(MOST_ROW_LANES, Math.max(1, ...rows));
  return ok({ beatBytes, rowLanes: 2 ** Math.floor(Math.log2(lanes)), nestsTakeTurns: true });
}
