// The only door of `backend-verilog` for other folders.
export { emittedMemories } from "./live.ts";
export { emitVerilog, hardwareModules, type EmitOptions, type HardwareModules } from "./emit-verilog.ts";
export { memoryPath, nameModule, nameModules, type ModuleNames, type ModuleNaming } from "./module-names.ts";
export { legalName } from "./names.ts";
