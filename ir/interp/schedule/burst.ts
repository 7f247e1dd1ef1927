import type { Operation } from "../../core/operation.ts";
import { at, CompilerBug } from "../../support/bug.ts";
import type { Process } from "../compile.ts";
import { badBurst } from "../diagnostics.ts";
import { InterpreterFault } from "../fault.ts";
import type { AccessOrder, Shadow } from "../order.ts";
import { packElement, unpackElement } from "../pack.ts";
import type { StreamSite } from "../place.ts";
import type { Queue } from "../queue.ts";
import type { StreamElementType } from "../values.ts";
import { type StreamElement, TOKEN } from "../values.ts";

/** External memory as a burst engine sees it. */
export interface BurstPort {
  readonly op: Operation;
  readonly name: string;
  readonly memory: Uint8Array;
  /** Bytes of one beat. */
  readonly bytes: number;
  readonly dataType: StreamElementType;
  readonly requests: Queue;
  readonly data: Queue;
  readonly order: AccessOrder | undefined;
  readonly shadow: Shadow | undefined;
  /** Bytes that one cell of the shadow stands for. */
  readonly granule: number;
}

/** For each request {byte address, beats}: so many beats, little endian. */
export function* burstRead(port: BurstPort): Process {
  const { requests, data } = port;
  const site: StreamSite = { op: port.op, loops: ["beat"] };
  for (let command = 0; ; command++) {
    while (requests.count === 0) yield requests.onCommand;
    port.order?.join(requests.nextClock());
    requests.reads?.push({ site, command, counters: [] });
    const { address, beats } = requestOf(port, requests.take());
    for (let beat = 0; beat < beats; beat++) {
      while (data.count === data.capacity) yield data.onFull;
      const from = address + beat * port.bytes;
      touch(port, from, "load");
      data.putWithClock(loadBeat(port, from), port.order?.sent());
      data.places?.push({ site, command, counters: [beat] });
    }
  }
}

/** For each request so many beats from the stream to memory, then a token. */
export function* burstWrite(port: BurstPort, done: Queue): Process {
  const { requests, data } = port;
  const site: StreamSite = { op: port.op, loops: [] };
  for (let command = 0; ; command++) {
    while (requests.count === 0) yield requests.onCommand;
    port.order?.join(requests.nextClock());
    requests.reads?.push({ site, command, counters: [] });
    const { address, beats } = requestOf(port, requests.take());
    for (let beat = 0; beat < beats; beat++) {
      while (data.count === 0) yield data.onEmpty;
      port.order?.join(data.nextClock());
      const to = address + beat * port.bytes;
      touch(port, to, "store");
      data.reads?.push({ site, command, counters: [beat] });
      storeBeat(port, to, data.take());
    }
    while (done.count === done.capacity) yield done.onFull;
    done.putWithClock(TOKEN, port.order?.done());
    done.places?.push({ site, command, counters: [] });
  }
}

function requestOf(
  port: BurstPort,
  element: StreamElement,
): { readonly address: number; readonly beats: number } {
  if (typeof element !== "object") throw new CompilerBug("a request has two fields");
  const [address, beats] = [Number(at(element, 0)) >>> 0, Number(at(element, 1))];
  const fault = (reason: string): InterpreterFault =>
    new InterpreterFault(badBurst(port.op.span, { process: port.name, address, beats, reason }));
  if (beats < 0) throw fault("the count is negative");
  if (address % port.bytes !== 0) throw fault(`a beat has ${String(port.bytes)} bytes`);
  if (address + beats * port.bytes > port.memory.length)
    throw fault(`the memory has ${String(port.memory.length)} bytes`);
  return { address, beats };
}

function touch(port: BurstPort, address: number, access: "load" | "store"): void {
  const { order, shadow, granule } = port;
  if (order === undefined || shadow === undefined) return;
  for (let offset = 0; offset < port.bytes; offset += granule)
    order[access](shadow, (address + offset) / granule);
}

function isBytes(type: StreamElementType): boolean {
  return type.kind === "vector" && type.element.kind === "int" && type.element.width === 8;
}

function loadBeat(port: BurstPort, from: number): StreamElement {
  const { memory, bytes, dataType } = port;
  if (isBytes(dataType)) {
    const lanes: number[] = [];
    for (let lane = 0; lane < bytes; lane++) lanes.push((at(memory, from + lane) << 24) >> 24);
    return lanes;
  }
  let bits = 0n;
  for (let lane = bytes - 1; lane >= 0; lane--) bits = (bits << 8n) | BigInt(at(memory, from + lane));
  return unpackElement(dataType, bits);
}

function storeBeat(port: BurstPort, to: number, element: StreamElement): void {
  const { memory, bytes, dataType } = port;
  if (isBytes(dataType) && typeof element === "object") {
    for (let lane = 0; lane < bytes; lane++) memory[to + lane] = Number(at(element, lane));
    return;
  }
  let bits = packElement(dataType, element);
  for (let lane = 0; lane < bytes; lane++, bits >>= 8n) memory[to + lane] = Number(bits & 0xffn);
}
