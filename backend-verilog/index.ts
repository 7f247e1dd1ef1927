// The only door of `backend-verilog` for other folders.

export { type EmitOptions, emitVerilog, type HardwareModules, hardwareModules } from "./emit-verilog.ts";
export * from "./kit/index.ts";
export { emittedMemories } from "./live.ts";
export { type ModuleNames, type ModuleNaming, memoryPath, nameModule, nameModules } from "./module-names.ts";
export { legalName } from "./names.ts";
export { type NamedValue, signalNames } from "./signal-names.ts";
