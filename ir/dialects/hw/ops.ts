import {
  anyAttr,
  anyType,
  arrayAttr,
  integer,
  ofKinds,
  stringAttr,
  symbolAttr,
} from "../../core/constraint.ts";
import type { Dialect } from "../../core/dialect.ts";
import { defineOp } from "../../core/op-definition.ts";

/** What a wire may carry. */
const wire = ofKinds("int", "clock");

/** A hardware module; block arguments are its inputs, `hw.output` gives its outputs. Its body is a graph. */
export const HwModuleOp = defineOp("hw.module", {
  summary: "Defines a hardware module",
  operands: {},
  results: {},
  attrs: { sym_name: stringAttr, input_names: arrayAttr(stringAttr), output_names: arrayAttr(stringAttr) },
  regions: 1,
  traits: ["isolated", "symbol"],
});

/** Ends a module with the values of its outputs. */
export const HwOutputOp = defineOp("hw.output", {
  summary: "Drives the outputs of a module",
  operands: {},
  rest: wire,
  results: {},
  attrs: {},
  regions: 0,
  traits: ["terminator"],
});

/** A use of a module; operands and results are in the order of its ports. */
export const HwInstanceOp = defineOp("hw.instance", {
  summary: "Instantiates a module",
  operands: {},
  rest: wire,
  results: {},
  restResults: wire,
  attrs: {
    instanceName: stringAttr,
    moduleName: symbolAttr,
    argNames: arrayAttr(stringAttr),
    resultNames: arrayAttr(stringAttr),
  },
  regions: 0,
  traits: [],
});

/** A number; its width is the result's. */
export const HwConstantOp = defineOp("hw.constant", {
  summary: "A constant bit vector",
  operands: {},
  results: { result: integer() },
  attrs: { value: anyAttr },
  regions: 0,
  traits: ["pure"],
});

/** A named place for a value, kept in the Verilog for people and waveforms. */
export const HwWireOp = defineOp("hw.wire", {
  summary: "A named wire",
  operands: { input: anyType },
  results: { result: anyType },
  attrs: { name: stringAttr },
  regions: 0,
  traits: ["same-type"],
});

export const hwDialect: Dialect = {
  name: "hw",
  ops: [HwModuleOp, HwOutputOp, HwInstanceOp, HwConstantOp, HwWireOp],
};
