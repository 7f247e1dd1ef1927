import { defineDiagnostic } from "../ir/index.ts";

/** The design to simulate is not there. */
export const noSuchModule = defineDiagnostic(
  "SIM0001",
  "error",
  (p: { top: string; names: readonly string[] }) => ({
    message: `there is no hardware module ${p.top}`,
    expected: `one of ${p.names.slice(0, 10).join(", ")}`,
  }),
);

/** Combinational logic that feeds itself. */
export const combinationalLoop = defineDiagnostic("SIM0002", "error", (p: { at: string }) => ({
  message: `combinational logic depends on itself through ${p.at}`,
  expected: "a register in every cycle of the design",
}));

/** A program that the engine needs is missing. */
export const missingTool = defineDiagnostic("SIM0003", "error", (p: { tool: string }) => ({
  message: `${p.tool} was not found`,
  expected: `${p.tool} on the PATH`,
  hint: "`hidalgo doctor` says how to get it; the embedded simulator needs no tool",
}));

/** An external tool refused its input. */
export const toolFailed = defineDiagnostic("SIM0004", "error", (p: { tool: string; output: string }) => ({
  message: `${p.tool} failed: ${p.output}`,
}));

/** A simulation ended by itself: crash, `$fatal`, `$finish`. */
export const simulationDied = defineDiagnostic(
  "SIM0005",
  "error",
  (p: { engine: string; how: string; cycle: number; last: string; output: string }) => ({
    message: `the ${p.engine} simulation ended (${p.how}) at or after cycle ${String(p.cycle)} during ${p.last}${p.output === "" ? "" : `: ${p.output}`}`,
  }),
);

/** A simulation gave no sign of life. */
export const simulationHung = defineDiagnostic(
  "SIM0006",
  "error",
  (p: { engine: string; seconds: number; cycle: number; last: string }) => ({
    message: `the ${p.engine} simulation did not answer within ${String(p.seconds)} s; last seen at cycle ${String(p.cycle)} during ${p.last}`,
  }),
);

/** An output has unknown bits. */
export const unknownOutput = defineDiagnostic(
  "SIM0007",
  "error",
  (p: { output: string; bits: string; cycle: number }) => ({
    message: `output ${p.output} is ${p.bits} at cycle ${String(p.cycle)}`,
    expected: "known bits after reset",
  }),
);

/** Synthesis gave no statistics. */
export const synthesisFailed = defineDiagnostic(
  "SIM0008",
  "error",
  (p: { tool: string; output: string }) => ({
    message: `synthesis by ${p.tool} failed: ${p.output}`,
  }),
);

/** A file that the simulation needs cannot be written. */
export const cannotWrite = defineDiagnostic("SIM0010", "error", (p: { path: string; reason: string }) => ({
  message: `${p.path} cannot be written: ${p.reason}`,
  expected: "a writable folder for generated files and waveforms",
}));

/** The external memory is too large for the embedded simulator. */
export const memoryTooLarge = defineDiagnostic("SIM0009", "error", (p: { bytes: number }) => ({
  message: `the memories of this design need ${String(p.bytes)} bytes`,
  expected: "at most 4 GiB in the embedded simulator",
}));

/** The engine cannot write a waveform of this kind. */
export const unknownWaveform = defineDiagnostic(
  "SIM0011",
  "error",
  (p: { engine: string; formats: string }) => ({
    message: `the ${p.engine} simulator cannot write this waveform`,
    expected: `a file that ends with ${p.formats}`,
    hint: "Verilator writes .fst too",
  }),
);
