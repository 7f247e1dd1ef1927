export type { IssueObserver, KernelActivity, StallCycles } from "./kernel-replay.ts";
export { type RecordedValues, recordCommands } from "./record-commands.ts";
export { type ReplayReport, replay, replayTimes } from "./replay.ts";
export type { HostInput, Stimulus } from "./stimulus.ts";
