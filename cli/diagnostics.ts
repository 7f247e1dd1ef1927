import { defineDiagnostic } from "../ir/index.ts";

/** The command line itself is wrong: an unknown verb, option or value. */
export const badUsage = defineDiagnostic("CLI0001", "error", (p: { problem: string; verb?: string }) => ({
  message: p.problem,
  hint: p.verb === undefined ? "see `hidalgo --help`" : `see \`hidalgo ${p.verb} --help\``,
}));

/** The operating system refused a file: missing, not permitted, read-only, full. */
export const systemRefused = defineDiagnostic(
  "CLI0002",
  "error",
  (p: { message: string; errno: string }) => ({
    message: p.message,
    expected: expectationByErrno[p.errno] ?? "an operation that the operating system allows",
  }),
);

/** What would have had to hold, by errno: these are the environment's doing, every other exception is ours. */
export const expectationByErrno: Readonly<Record<string, string>> = {
  EACCES: "permission to use the file",
  EISDIR: "a file, not a folder",
  ENOENT: "an existing file or folder",
  ENOSPC: "free space on the disk",
  ENOTDIR: "a folder",
  EPERM: "permission for the operation",
  EROFS: "a folder that can be written to",
};
