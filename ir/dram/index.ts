// The door of the memory timing model.
export * from "./circuit.ts";
export * from "./hardware-circuit.ts";
export * from "./memory-module.ts";
export * from "./number-circuit.ts";
export * from "./parameters.ts";
export * from "./timing.ts";
export * from "./twin.ts";
