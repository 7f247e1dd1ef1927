/** `hidalgo.opt/1`: what `hidalgo opt` did. */
export interface OptResult {
  readonly schema: "hidalgo.opt/1";
  /** The passes as they were written, with the functions that each changed. */
  readonly passes: readonly { readonly pass: string; readonly changed: readonly string[] }[];
  /** Whether every pass was checked by execution. */
  readonly verified: boolean;
}
