/** How a job is watched and ended from outside; all of it optional. */
export interface JobWatch {
  /** One line about what is going on. */
  readonly onProgress?: (line: string) => void;
  /** Text as it is complete: the prompt first, then what the model adds; ids where there is no tokenizer. */
  readonly onText?: (text: string) => void;
  /** A generated token, and the text that became complete with it. */
  readonly onToken?: (token: { readonly id: number; readonly text: string }) => void;
  /** Aborted: the job removes what it began and throws the signal's reason. */
  readonly signal?: AbortSignal;
}
