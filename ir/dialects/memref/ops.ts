import {
  anyAttr,
  anyType,
  arrayAttr,
  denseAttr,
  i64Attr,
  ofKind,
  optional,
  stringAttr,
  symbolAttr,
  typeAttr,
  wordAttr,
} from "../../core/constraint.ts";
import type { Dialect } from "../../core/dialect.ts";
import { defineOp } from "../../core/op-definition.ts";

/** How a local array is built: flip-flops (read at once, all cells in parallel), distributed RAM (read at once), block RAM (read in one cycle). */
export const memoryKind = wordAttr("reg", "lut", "block");

/** A private array of one kernel. */
export const MemRefAllocOp = defineOp("memref.alloc", {
  summary: "A local array",
  operands: {},
  results: { memref: ofKind("memref") },
  attrs: {
    name: optional(stringAttr),
    storage: optional(memoryKind),
    /** cyclic factor per dimension */ partition: optional(arrayAttr(i64Attr)),
  },
  regions: 0,
  traits: [],
});

/** An access whose subscripts are any index values: what an `affine.load` becomes for tools that demand affine ones. Text only; inlining kernels takes it back. */
export const MemRefLoadOp = defineOp("memref.load", {
  summary: "Reads a cell",
  operands: { memref: ofKind("memref") },
  rest: ofKind("index"),
  results: { result: anyType },
  attrs: {},
  regions: 0,
  traits: [],
});
export const MemRefStoreOp = defineOp("memref.store", {
  summary: "Writes a cell",
  operands: { value: anyType, memref: ofKind("memref") },
  rest: ofKind("index"),
  results: {},
  attrs: {},
  regions: 0,
  traits: [],
});

/** An array of constants, named in the module. */
export const MemRefGlobalOp = defineOp("memref.global", {
  summary: "A constant array",
  operands: {},
  results: {},
  attrs: {
    sym_name: stringAttr,
    sym_visibility: optional(stringAttr),
    type: typeAttr,
    initial_value: denseAttr,
    constant: optional(anyAttr),
    alignment: optional(i64Attr),
  },
  regions: 0,
  traits: ["symbol"],
});
/** The array that a `memref.global` names. */
export const MemRefGetGlobalOp = defineOp("memref.get_global", {
  summary: "A constant array by its name",
  operands: {},
  results: { result: ofKind("memref") },
  attrs: { name: symbolAttr },
  regions: 0,
  traits: [],
});

export const memrefDialect: Dialect = {
  name: "memref",
  ops: [MemRefAllocOp, MemRefLoadOp, MemRefStoreOp, MemRefGlobalOp, MemRefGetGlobalOp],
};
