import type { Operation } from "../../core/operation.ts";
import type { StreamType } from "../../core/type.ts";
import { at, CompilerBug } from "../../support/bug.ts";
import type { StreamSite } from "../place.ts";
import type { Emitter, EmitterTable } from "./emitter.ts";

function streamTypeOf(op: Operation): StreamType {
  const { type } = at(op.operands, 0);
  if (type.kind !== "stream") throw new CompilerBug(`${op.name} on something that is no stream`);
  return type;
}

/** Waits for an element, takes it, and names its parts. */
function emitTake(op: Operation, wait: "onCommand" | "onEmpty", out: Emitter): void {
  const queue = out.name(at(op.operands, 0));
  out.line(`while (${queue}.count === 0) yield ${queue}.${wait};`);
  if (out.options.checkOrder) out.line(`O.join(${queue}.nextClock());`);
  if (wait === "onCommand" && out.options.recordPlaces === true) {
    out.commands = out.fresh("n");
    out.prelude.push(`let ${out.commands} = -1;`);
    out.line(`${out.commands}++;`);
  }
  const element = out.fresh("e");
  out.line(`const ${element} = ${queue}.take();`);
  notePlace(op, "reads", out);
  const isBundle = streamTypeOf(op).element.kind === "bundle";
  op.results.forEach((result, index) => {
    if (isBundle) out.bind(result, `${element}[${String(index)}]`);
    else out.alias(result, element);
  });
}

function emitPut(op: Operation, value: string, clock: "sent" | "done", out: Emitter): void {
  const queue = out.name(at(op.operands, 0));
  out.line(`while (${queue}.count === ${queue}.capacity) yield ${queue}.onFull;`);
  out.line(
    out.options.checkOrder ? `${queue}.putWithClock(${value}, O.${clock}());` : `${queue}.put(${value});`,
  );
  notePlace(op, "places", out);
}

/** Notes the command and the counters at which the operation reads or writes. */
function notePlace(op: Operation, list: "places" | "reads", out: Emitter): void {
  if (out.options.recordPlaces !== true) return;
  const queue = out.name(at(op.operands, 0));
  const site: StreamSite = { op, loops: out.loops.map(({ name }) => name) };
  const counters = out.loops.map(({ counter }) => counter).join(", ");
  out.line(
    `${queue}.${list}?.push({ site: ${out.constant(site)}, command: ${out.commands}, counters: [${counters}] });`,
  );
}

function emitWrite(op: Operation, out: Emitter): void {
  const values = out.names(op.operands.slice(1));
  const { kind } = streamTypeOf(op).element;
  if (kind === "token") emitPut(op, "TOKEN", "done", out);
  else emitPut(op, kind === "bundle" ? `[${values.join(", ")}]` : at(values, 0), "sent", out);
}

/** `dataflow`: what stands inside a kernel. */
export const DATAFLOW_EMITTERS: EmitterTable = {
  "dataflow.command": (op, out) => {
    emitTake(op, "onCommand", out);
  },
  "dataflow.read": (op, out) => {
    emitTake(op, "onEmpty", out);
  },
  "dataflow.write": emitWrite,
  "dataflow.done": (op, out) => {
    emitPut(op, "TOKEN", "done", out);
  },
  "dataflow.yield": () => undefined,
};
