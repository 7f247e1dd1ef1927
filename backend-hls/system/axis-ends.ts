import { HwBuilder, type Operation } from "../../ir/index.ts";
import { bitsFor, nextIndex } from "../shell/bits.ts";

/** The other end of an AXI4-Stream port in a simulation: an array, cell after cell, over and over. */
export interface AxisEnd {
  /** The port: `s_axis_x` or `m_axis_x`. */
  readonly name: string;
  readonly cells: number;
}

/** Gives the words of its memory `words` in order: inputs clk, rst, tready; outputs tvalid, tdata. */
export function axisSource(name: string, cells: number, dataBits: number): Operation {
  const b = new HwBuilder(name, [
    { name: "clk", width: "clock" },
    { name: "rst", width: 1 },
    { name: "tready", width: 1 },
  ]);
  const { index, words } = arrayWords(b, cells, dataBits);
  index.drive(nextIndex(b, index.value, cells), b.input("tready"));
  b.output("tvalid", b.not(b.input("rst")));
  b.output("tdata", b.readPort(words, index.value));
  return b.finish();
}

/** Takes words into its memory `words` in order: inputs clk, rst, tvalid, tdata, tlast; output tready. A last word ends the array. */
export function axisSink(name: string, cells: number, dataBits: number): Operation {
  const b = new HwBuilder(name, [
    { name: "clk", width: "clock" },
    { name: "rst", width: 1 },
    { name: "tvalid", width: 1 },
    { name: "tdata", width: dataBits },
    { name: "tlast", width: 1 },
  ]);
  const { index, words } = arrayWords(b, cells, dataBits);
  const valid = b.input("tvalid");
  const next = nextIndex(b, index.value, cells);
  index.drive(b.mux(b.input("tlast"), b.constant(0, bitsFor(Math.max(1, cells - 1))), next), valid);
  b.writePort(words, index.value, { enable: valid, data: b.input("tdata") });
  b.output("tready", b.constant(1, 1));
  return b.finish();
}

function arrayWords(b: HwBuilder, cells: number, width: number) {
  const index = b.feedback(bitsFor(Math.max(1, cells - 1)), { name: "index", reset: 0n });
  return { index, words: b.memory({ name: "words", depth: Math.max(2, cells), width, readLatency: 0 }) };
}
