export { replay, replayTimes, type ReplayReport } from "./replay.ts";
export { recordCommands, type RecordedValues } from "./record-commands.ts";
export type { IssueObserver, KernelActivity, StallCycles } from "./kernel-replay.ts";
export type { HostInput, Stimulus } from "./stimulus.ts";
