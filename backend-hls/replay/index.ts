export { commandIterations } from "./command-iterations.ts";
export { EventLog } from "./event-log.ts";
export type { KernelActivity, QueueWait, StallCycles, WaitObserver } from "./kernel-replay.ts";
export type { ClientTraffic } from "./memory-replay.ts";
export { type RecordedValues, recordCommands } from "./record-commands.ts";
export {
  elementBits,
  NetworkReplay,
  type ReplayMemory,
  type ReplayOptions,
  type ReplayReport,
  replay,
} from "./replay.ts";
export type { HostInput, Stimulus } from "./stimulus.ts";
