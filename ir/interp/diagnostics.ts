import { printType, type Type } from "../core/type.ts";
import { defineDiagnostic, type Note } from "../support/diagnostics.ts";

export const cannotExecute = defineDiagnostic(
  "IR0101",
  "unsupported",
  (p: { op: string; reason: string }) => ({
    message: `${p.op} cannot be executed here: ${p.reason}`,
  }),
);
export const outOfBounds = defineDiagnostic(
  "IR0102",
  "error",
  (p: { op: string; type: Type; dimension: number; subscript: number; size: number }) => ({
    message: `${p.op}: subscript ${String(p.dimension)} is ${String(p.subscript)}, outside ${printType(p.type)}`,
    expected: `0 to ${String(p.size - 1)}`,
  }),
);
export const tooManyTrips = defineDiagnostic("IR0103", "error", (p: { trips: number; max: number }) => ({
  message: `the loop runs ${String(p.trips)} times`,
  expected: `at most ${String(p.max)} (its max_trip)`,
}));
export const sharedStreamEnd = defineDiagnostic(
  "IR0104",
  "error",
  (p: { stream: string; verb: "read" | "written"; first: string; second: string }) => ({
    message: `stream ${p.stream} is ${p.verb} by both ${p.first} and ${p.second}`,
    expected: "one reader and one writer for each stream",
  }),
);
export const openStream = defineDiagnostic(
  "IR0105",
  "error",
  (p: { stream: string; verb: "reads" | "writes" }) => ({
    message: `nobody ${p.verb} stream ${p.stream}`,
    expected: "one reader and one writer for each stream",
  }),
);
export const deadlock = defineDiagnostic(
  "IR0106",
  "error",
  (p: { processes: readonly string[]; notes: readonly Note[] }) => ({
    message: `the network is stuck for ever: ${p.processes.join(", ")}`,
    expected: "a network in which some process can always go on",
    hint: "a deeper queue, or another order of reads and writes, breaks a circle of waiting processes",
    notes: p.notes,
  }),
);
export const unfinished = defineDiagnostic(
  "IR0107",
  "error",
  (p: { facts: readonly string[]; notes: readonly Note[] }) => ({
    message: `the network stopped before its work was done: ${p.facts.join(", ")}`,
    expected: "every process back at its start and every queue empty",
    notes: p.notes,
  }),
);
export const unorderedAccess = defineDiagnostic(
  "IR0108",
  "error",
  (p: { array: string; cell: string; first: string; second: string; note: Note }) => ({
    message: `${p.second} and ${p.first} touch ${p.cell} of ${p.array}, and no token orders them`,
    expected: "a dataflow.done of the one that the other one waits for",
    notes: [p.note],
  }),
);
export const badBurst = defineDiagnostic(
  "IR0109",
  "error",
  (p: { process: string; address: number; beats: number; reason: string }) => ({
    message: `${p.process}: ${String(p.beats)} beats at byte address ${String(p.address)}: ${p.reason}`,
    expected: "a burst that is aligned to the beat and lies inside the memory",
  }),
);
export const malformedKernel = defineDiagnostic(
  "IR0110",
  "error",
  (p: { kernel: string; reason: string }) => ({
    message: `kernel ${p.kernel}: ${p.reason}`,
  }),
);
export const noEnd = defineDiagnostic("IR0111", "error", (p: { resumptions: number }) => ({
  message: `the network was still running after ${String(p.resumptions)} resumptions of its processes`,
  expected: "a network that comes to rest without further input",
}));
