import {
  anyType,
  arrayAttr,
  i64Attr,
  ofKind,
  ofKinds,
  optional,
  stringAttr,
  symbolAttr,
} from "../../core/constraint.ts";
import type { Dialect } from "../../core/dialect.ts";
import { defineOp } from "../../core/op-definition.ts";
import { memoryKind } from "../memref/ops.ts";

const stream = ofKind("stream");
const connection = ofKinds("stream", "memref", "memory");

/** Level 2: a part of the graph whose tasks run as a dataflow. Transparent: it reads values of the enclosing scope. */
export const DispatchOp = defineOp("dataflow.dispatch", {
  summary: "Tasks that form one dataflow",
  operands: {},
  results: {},
  restResults: anyType,
  attrs: {},
  regions: 1,
  traits: [],
});
/** Level 2: operations fused into one task. */
export const TaskOp = defineOp("dataflow.task", {
  summary: "Operations that are computed together",
  operands: {},
  results: {},
  restResults: anyType,
  attrs: { name: optional(stringAttr) },
  regions: 1,
  traits: [],
});
export const DataflowYieldOp = defineOp("dataflow.yield", {
  summary: "Ends a dataflow region with its results",
  operands: {},
  rest: anyType,
  results: {},
  attrs: {},
  regions: 0,
  traits: ["terminator"],
});

/** Level 3: a network of kernels. Block arguments are its connections to the outside: streams and external memories. */
export const ScheduleOp = defineOp("dataflow.schedule", {
  summary: "A network of kernels, queues and buffers",
  operands: {},
  results: {},
  attrs: { sym_name: stringAttr },
  regions: 1,
  traits: ["isolated", "symbol"],
});
/** Level 3: a queue; one kernel writes it, one reads it. */
export const StreamOp = defineOp("dataflow.stream", {
  summary: "A bounded queue",
  operands: {},
  results: { stream },
  attrs: { name: stringAttr, depth: i64Attr },
  regions: 0,
  traits: [],
});
/** Level 3: an array that several kernels share; the order of their accesses comes from streams. */
export const BufferOp = defineOp("dataflow.buffer", {
  summary: "A shared array",
  operands: {},
  results: { memref: ofKind("memref") },
  attrs: {
    name: stringAttr,
    storage: optional(memoryKind),
    /** cyclic factor per dimension */ partition: optional(arrayAttr(i64Attr)),
    /** most cells of a bank that one kernel may read at a time, each from a copy of its own (1 where absent) */
    read_ports: optional(i64Attr),
  },
  regions: 0,
  traits: [],
});
/** Level 3: a hardware process. Body: `dataflow.command`, one loop nest, optionally `dataflow.done`; it repeats for ever. Block arguments stand for the operands, in order. */
export const KernelOp = defineOp("dataflow.kernel", {
  summary: "A process: for each command, a loop nest",
  operands: {},
  rest: connection,
  results: {},
  attrs: {
    sym_name: stringAttr,
    /** Kernels of one pool never run at the same time (the program orders them by tokens) and share their float units. */
    unit_pool: optional(stringAttr),
  },
  regions: 1,
  traits: ["isolated", "symbol"],
});
/** A kernel whose body is a function of the module: what `dataflow.kernel` becomes for tools that want loops in functions. */
export const InstanceOp = defineOp("dataflow.instance", {
  summary: "A process whose body is a function",
  operands: {},
  rest: connection,
  results: {},
  attrs: {
    callee: symbolAttr,
    /** The kernel's name, where the function has another one. */ name: optional(stringAttr),
  },
  regions: 0,
  traits: [],
});
/** Takes the next command; its fields are the results. */
export const CommandOp = defineOp("dataflow.command", {
  summary: "Takes the next command of a kernel",
  operands: { stream },
  results: {},
  restResults: ofKinds("int", "float"),
  attrs: {},
  regions: 0,
  traits: [],
});
/** Behind the nest: one token once everything that the command stored can be read. */
export const DoneOp = defineOp("dataflow.done", {
  summary: "Says that a command has been carried out",
  operands: { stream },
  results: {},
  attrs: {},
  regions: 0,
  traits: [],
});
/** Takes the next element of a stream. */
export const ReadOp = defineOp("dataflow.read", {
  summary: "Takes the next element",
  operands: { stream },
  results: {},
  restResults: anyType,
  attrs: {},
  regions: 0,
  traits: [],
  // one result, or as many as the bundle has fields; none for a token
});
/** Appends an element to a stream: one value, the fields of a bundle, or nothing for a token. */
export const WriteOp = defineOp("dataflow.write", {
  summary: "Appends an element",
  operands: { stream },
  rest: anyType,
  results: {},
  attrs: {},
  regions: 0,
  traits: [],
});
/** Level 3: turns requests {byte address, beats} into the beats of external memory, in order. */
export const BurstReadOp = defineOp("dataflow.burst_read", {
  summary: "Reads bursts of external memory",
  operands: { memory: ofKind("memory"), requests: stream, data: stream },
  results: {},
  attrs: { name: stringAttr, max_burst: i64Attr },
  regions: 0,
  traits: [],
});
/** Level 3: writes beats to external memory; a token per request once the memory has answered. */
export const BurstWriteOp = defineOp("dataflow.burst_write", {
  summary: "Writes bursts to external memory",
  operands: { memory: ofKind("memory"), requests: stream, data: stream, done: stream },
  results: {},
  attrs: { name: stringAttr, max_burst: i64Attr },
  regions: 0,
  traits: [],
});

export const dataflowDialect: Dialect = {
  name: "dataflow",
  ops: [
    DispatchOp,
    TaskOp,
    DataflowYieldOp,
    ScheduleOp,
    StreamOp,
    BufferOp,
    KernelOp,
    InstanceOp,
    CommandOp,
    DoneOp,
    ReadOp,
    WriteOp,
    BurstReadOp,
    BurstWriteOp,
  ],
};
