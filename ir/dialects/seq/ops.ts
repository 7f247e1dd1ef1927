import { anyAttr, intAttr, integer, ofKind, optional, stringAttr } from "../../core/constraint.ts";
import type { Dialect } from "../../core/dialect.ts";
import { defineOp } from "../../core/op-definition.ts";
import { i32 } from "../../core/type.ts";

const bits = integer();
const clock = ofKind("clock");
const bit = integer(1);

/** A register; with `reset, resetValue` behind the clock it has a synchronous reset, else it powers up unknown. */
export const SeqCompRegOp = defineOp("seq.compreg", {
  summary: "A register",
  operands: { input: bits, clk: clock },
  rest: bits,
  results: { data: bits },
  attrs: { name: optional(stringAttr) },
  regions: 0,
  traits: [],
});

/** A register that loads only where `clockEnable` is 1. */
export const SeqCompRegCeOp = defineOp("seq.compreg.ce", {
  summary: "A register with clock enable",
  operands: { input: bits, clk: clock, clockEnable: bit },
  rest: bits,
  results: { data: bits },
  attrs: { name: optional(stringAttr) },
  regions: 0,
  traits: [],
});

/** A memory. `readLatency` 0 is distributed RAM, 1 block RAM, 2 block RAM with output register. A read in the cycle of a write to the same address gives the old word. `init` (dense) makes a ROM or an initialised RAM. */
export const SeqFirMemOp = defineOp("seq.firmem", {
  summary: "A memory",
  operands: {},
  results: { memory: ofKind("firmem") },
  attrs: {
    name: optional(stringAttr),
    readLatency: intAttr(i32),
    writeLatency: intAttr(i32),
    init: optional(anyAttr),
    style: optional(stringAttr),
  },
  regions: 0,
  traits: [],
});

/** A read port; with a fourth operand, an enable: with it 0 the output register holds its word (latency 1 or more). */
export const SeqReadPortOp = defineOp("seq.firmem.read_port", {
  summary: "A read port of a memory",
  operands: { memory: ofKind("firmem"), address: bits, clk: clock },
  rest: bit,
  results: { data: bits },
  attrs: {},
  regions: 0,
  traits: [],
});

/** A write port: the word is stored at the clock edge where `enable` is 1. An optional last operand is a mask, one bit per equal part of the word. */
export const SeqWritePortOp = defineOp("seq.firmem.write_port", {
  summary: "A write port of a memory",
  operands: { memory: ofKind("firmem"), address: bits, clk: clock, enable: bit, data: bits },
  rest: bits,
  results: {},
  attrs: {},
  regions: 0,
  traits: [],
});

export const seqDialect: Dialect = {
  name: "seq",
  ops: [SeqCompRegOp, SeqCompRegCeOp, SeqFirMemOp, SeqReadPortOp, SeqWritePortOp],
};
