// Device files: schema, loader, and the memory that a device has.
export { invalidDevice, unknownDevice, unreadableDevice } from "./diagnostics.ts";
export { devicesDirectory, knownDevices, loadDevice } from "./load.ts";
export { deviceMemory, type MemorySize } from "./memory.ts";
export { type Device, deviceSchema } from "./schema.ts";
