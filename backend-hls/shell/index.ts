// The shell: queues, AXI engines, control and observation, as hw/comb/seq generators.
export { axiReadEngine, READ_ENGINE_LATENCY, type ReadEngineOptions } from "./axi-read-engine.ts";
export { axiWriteEngine, WRITE_ENGINE_LATENCY, type WriteEngineOptions } from "./axi-write-engine.ts";
export { beatShift, clockAndReset, type AxiShape } from "./axi-shape.ts";
export { axiReadArbiter, axiWriteArbiter, starvationBound, type ArbiterOptions } from "./arbiter.ts";
export { controlAddressBits, controlRegistersModule } from "./control-registers.ts";
export { creditCounter, type Credits } from "./credits.ts";
export { cycleCountersModule, STALL_CAUSES } from "./counters.ts";
export { ERROR_BITS, ERROR_CODES, type ErrorName } from "./error-codes.ts";
export { fifoArea, fifoLatency, fifoModule, fifoName, type FifoArea } from "./fifo.ts";
export { lateInstance, type LateInstance } from "./late-instance.ts";
export { CONTROL_REGISTERS, FIRST_REGISTER_OFFSET, manifestRegisters, placeRegisters, registerWords, type ManifestRegister, type RegisterField, type RegisterSpec, type RegisterWord } from "./register-map.ts";
export { leavesRegion } from "./region.ts";
export { stickyError, type ErrorSource } from "./sticky-error.ts";
export { modulesOf, moduleName, type HardwareUnit } from "./unit.ts";
export { watchdogModule } from "./watchdog.ts";
