// The shell: queues, AXI engines, control and observation, as hw/comb/seq generators.

export { type ArbiterOptions, axiReadArbiter, axiWriteArbiter, starvationBound } from "./arbiter.ts";
export { axiReadEngine, READ_ENGINE_LATENCY, type ReadEngineOptions } from "./axi-read-engine.ts";
export { type AxiShape, beatShift, clockAndReset } from "./axi-shape.ts";
export { axiWriteEngine, WRITE_ENGINE_LATENCY, type WriteEngineOptions } from "./axi-write-engine.ts";
export { axisBits, axisInputModule } from "./axis-input.ts";
export { controlAddressBits, controlRegistersModule } from "./control-registers.ts";
export { cycleCountersModule, eventCountersModule, STALL_CAUSES } from "./counters.ts";
export { type Credits, creditCounter, type QueueCredits } from "./credits.ts";
export {
  ERROR_BITS,
  ERROR_CODES,
  ERROR_MEANINGS,
  type ErrorMeaning,
  type ErrorName,
  WHERE_BITS,
} from "./error-codes.ts";
export { fifoLatency, fifoModule, fifoName } from "./fifo.ts";
export { type LateInstance, lateInstance } from "./late-instance.ts";
export { hubDepths, LINK_LATENCY, leastHubLatency, linkHub } from "./link-hub.ts";
export { BURST_COUNT_BITS, GUARDED, portGuardModule } from "./port-guard.ts";
export { leavesRegion } from "./region.ts";
export {
  CONTROL_REGISTERS,
  FIRST_REGISTER_OFFSET,
  type ManifestRegister,
  manifestRegisters,
  placeRegisters,
  type RegisterAccess,
  type RegisterField,
  type RegisterSpec,
  type RegisterWord,
  registerWords,
} from "./register-map.ts";
export { type ErrorSource, stickyError } from "./sticky-error.ts";
export { supervisorModule } from "./supervisor.ts";
export { matvecBench, matvecMemory } from "./testing/matvec.ts";
export { type HardwareUnit, moduleName, modulesOf } from "./unit.ts";
export { watchdogModule } from "./watchdog.ts";
