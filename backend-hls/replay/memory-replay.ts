import { at, CompilerBug, present, type Value } from "../../ir/index.ts";
import type { EventLog } from "./event-log.ts";
import type { ElementBits, Link } from "./link.ts";
import type { IslandClient, MemoryIsland } from "./memory-island.ts";

/** Beats that one engine moved. */
export interface ClientTraffic {
  readonly name: string;
  readonly kind: "read" | "write";
  readonly requests: number;
  readonly beats: number;
  readonly bytes: number;
}

/** What the replay of a memory port needs of its network. */
export interface MemorySurroundings {
  readonly linkOf: (stream: Value) => Link;
  readonly placeOf: (link: Link) => number;
  /** Streams whose elements matter. */
  readonly hasValues: (stream: Value) => boolean;
  /** The memory's contents, as far as commands depend on them. */
  readonly image: Uint8Array;
  readonly beatBytes: number;
  readonly log: EventLog | undefined;
  /** Place of the first client among the parts of the log. */
  readonly firstPart: number;
}

interface Run {
  readonly address: number;
  readonly end: number;
}

/** A request that an engine took, with the event of that. */
interface Asked {
  readonly beats: number;
  readonly event: number;
  readonly cycle: number;
}

/** Cycles for which a port must have been still before it is taken to be idle: its registers between two busy engines. */
const STILL_CYCLES = 4;

/** Whether element `index` enters the queue in cycle `t`. */
function pushesNow(link: Link, index: number, t: number): boolean {
  return index < link.pushed && link.pushTime(index) === t;
}

/** Whether element `index` leaves the queue in cycle `t`. */
function popsNow(link: Link, index: number, t: number): boolean {
  return index < link.popped && link.popTime(index) === t;
}

/** One engine: how far its queues have been told to the circuit. */
class Client {
  readonly wires: IslandClient;
  readonly requests: Link;
  readonly data: Link;
  readonly done: Link | undefined;
  requestsSeen = 0;
  dataSeen = 0;
  doneSeen = 0;
  beats = 0;
  /** Of a read whose data matters: the ranges that are asked for. */
  readonly runs: Run[] = [];
  nextAddress = 0;
  /** Addresses and lengths of requests that the circuit has seen and not taken. */
  readonly waiting: ElementBits[] = [];
  lastRequest = 0;
  lastBeat = 0;
  lastBeatCycle = -1;
  /** Beats of the request under way that have not come. */
  left = 0;
  readonly asked: Asked[] = [];

  constructor(wires: IslandClient, linkOf: (stream: Value) => Link) {
    this.wires = wires;
    const { requests, data, done } = wires.burst;
    this.requests = linkOf(requests);
    this.data = linkOf(data);
    this.done = done === undefined ? undefined : linkOf(done);
  }
}

/**
 * Runs the circuit of a memory port between the queues of the replay, cycle by cycle. In cycle `t` it needs what the kernels
 * do up to `t`, and that they know once they know what it did before: every queue takes a cycle at least.
 */
export class MemoryReplay {
  cycle = 0;
  #lastMove = 0;
  readonly #island: MemoryIsland;
  readonly #around: MemorySurroundings;
  readonly #clients: readonly Client[];
  readonly #written: Run[] = [];
  readonly #readValues: Run[] = [];

  constructor(island: MemoryIsland, around: MemorySurroundings) {
    this.#island = island;
    this.#around = around;
    this.#clients = island.clients.map((wires) => new Client(wires, around.linkOf));
  }

  /** One cycle. */
  step(): void {
    const { circuit } = this.#island;
    const t = this.cycle;
    for (const client of this.#clients) this.#give(client, t);
    circuit.step();
    for (let index = 0; index < this.#clients.length; index++) {
      const client = at(this.#clients, index);
      if (circuit.outputs[client.wires.requestTaken] === 1) this.#takeRequest(client, index, t);
      if (circuit.outputs[client.wires.dataOutput] === 1) this.#moveBeat(client, index, t);
      const { doneOutput } = client.wires;
      if (doneOutput !== undefined && circuit.outputs[doneOutput] === 1)
        client.done?.push(t, this.#note(index, t, client.lastBeat, 0));
    }
    this.cycle = t + 1;
  }

  /** Whether an engine had work in the last cycle. */
  get isWriting(): boolean {
    return this.#island.circuit.outputs[this.#island.writing] === 1;
  }

  /** Whether nothing is under way, and nothing that is known will ever be. */
  get isIdle(): boolean {
    const { outputs } = this.#island.circuit;
    if (this.cycle - this.#lastMove <= STILL_CYCLES) return false;
    if (outputs[this.#island.reading] === 1 || outputs[this.#island.writing] === 1) return false;
    return this.#clients.every(
      (client) =>
        client.requestsSeen === client.requests.pushed &&
        !client.requests.hasElement &&
        (client.wires.burst.kind === "read"
          ? client.dataSeen === client.data.popped
          : client.dataSeen === client.data.pushed && client.doneSeen === (client.done?.popped ?? 0)),
    );
  }

  /** What each engine moved. */
  get traffic(): readonly ClientTraffic[] {
    return this.#clients.map(({ wires: { burst }, beats, requests }) => ({
      name: burst.name,
      kind: burst.kind,
      requests: requests.popped,
      beats,
      bytes: beats * this.#around.beatBytes,
    }));
  }

  /** Sets the inputs that a client's queues give in this cycle. */
  #give(client: Client, t: number): void {
    const { circuit } = this.#island;
    const { wires, requests, data, done } = client;
    const isRequest = pushesNow(requests, client.requestsSeen, t);
    circuit.set(wires.requestValid, isRequest ? 1 : 0);
    if (isRequest) this.#giveRequest(client, t);
    const isData =
      wires.burst.kind === "read" ? popsNow(data, client.dataSeen, t) : pushesNow(data, client.dataSeen, t);
    circuit.set(wires.dataInput, isData ? 1 : 0);
    if (isData) client.dataSeen += 1;
    if (done === undefined || wires.doneInput === undefined) return;
    const isDone = popsNow(done, client.doneSeen, t);
    circuit.set(wires.doneInput, isDone ? 1 : 0);
    if (isDone) client.doneSeen += 1;
  }

  #giveRequest(client: Client, t: number): void {
    this.#lastMove = t;
    const bits = present(client.requests.valueAt(client.requestsSeen), "the value of a request");
    const [address, beats] = [Number(at(bits, 0)), Number(at(bits, 1))];
    this.#island.circuit.set(client.wires.requestData, address + 2 ** 32 * beats);
    client.waiting.push([address, beats]);
    client.requestsSeen += 1;
  }

  #takeRequest(client: Client, index: number, t: number): void {
    const visible = client.requests.visibleTime();
    const isLate = visible < t;
    client.lastRequest = this.#note(
      index,
      t,
      isLate ? client.lastRequest : client.requests.elementEvent(),
      isLate ? 0 : 2 * this.#around.placeOf(client.requests) + 2,
    );
    client.requests.pop(t, client.lastRequest);
    this.#lastMove = t;
    const [address, beats] = present(client.waiting.shift(), "a request").map(Number);
    if (address === undefined || beats === undefined)
      throw new CompilerBug("a request has an address and a length");
    const { beatBytes, hasValues } = this.#around;
    const from = address - (address % beatBytes);
    const run = { address: from, end: from + beats * beatBytes };
    client.asked.push({ beats, event: client.lastRequest, cycle: t });
    if (client.wires.burst.kind === "write") this.#checkOrder(run, this.#readValues, this.#written);
    else if (hasValues(client.wires.burst.data)) {
      this.#checkOrder(run, this.#written, this.#readValues);
      client.runs.push(run);
    }
  }

  /** Commands come from what was in memory before; data that the step itself writes is not interpreted. */
  #checkOrder(run: Run, others: readonly Run[], own: Run[]): void {
    if (others.some(({ address, end }) => run.address < end && address < run.end))
      throw new CompilerBug("a step reads commands out of memory that it writes itself");
    if (run.address < run.end) own.push(run);
  }

  #moveBeat(client: Client, index: number, t: number): void {
    client.beats += 1;
    this.#lastMove = t;
    const isRead = client.wires.burst.kind === "read";
    const link = client.data;
    if (!isRead) {
      client.lastBeat = this.#note(index, t, link.elementEvent(), 2 * this.#around.placeOf(link) + 2);
      link.pop(t, client.lastBeat);
      return;
    }
    client.lastBeat = this.#beatEvent(client, index, t);
    client.lastBeatCycle = t;
    link.push(
      t,
      client.lastBeat,
      this.#around.hasValues(client.wires.burst.data) ? this.#beatValue(client) : undefined,
    );
  }

  /** A beat waits for the one before it, for its request, or for the room that its burst needs: for what came last. */
  #beatEvent(client: Client, index: number, t: number): number {
    const request = this.#requestOfBeat(client);
    const { data, wires } = client;
    const needed = data.pushed + Math.min(wires.burst.maxBurst, client.left) - 1 - data.depth;
    client.left -= 1;
    let [latest, event, via] = [client.lastBeatCycle, client.lastBeat, 0];
    if (request !== undefined && request.cycle > latest) [latest, event] = [request.cycle, request.event];
    if (needed >= 0 && needed < data.popped && data.popTime(needed) > latest && data.popTime(needed) < t)
      [event, via] = [data.popEvent(needed), 2 * this.#around.placeOf(data) + 3];
    return this.#note(index, t, event, via);
  }

  /** The request whose first beat comes now, if it is the first of one. */
  #requestOfBeat(client: Client): Asked | undefined {
    if (client.left > 0) return undefined;
    let next = present(client.asked.shift(), "a request of a beat");
    while (next.beats === 0) next = present(client.asked.shift(), "a request of a beat");
    client.left = next.beats;
    return next;
  }

  #beatValue(client: Client): ElementBits {
    const { image, beatBytes } = this.#around;
    const [run] = client.runs;
    if (run === undefined) throw new CompilerBug("a beat that nobody asked for");
    const address = Math.max(run.address, client.nextAddress);
    let bits = 0n;
    for (let byte = beatBytes - 1; byte >= 0; byte--)
      bits = (bits << 8n) | BigInt(image[address + byte] ?? 0);
    client.nextAddress = address + beatBytes;
    if (client.nextAddress >= run.end) {
      client.runs.shift();
      client.nextAddress = 0;
    }
    return [8 * beatBytes <= 32 ? Number(bits) : bits];
  }

  #note(client: number, cycle: number, before: number, via: number): number {
    const { log, firstPart } = this.#around;
    return log === undefined ? 0 : log.add(firstPart + client, cycle, before, via);
  }
}
