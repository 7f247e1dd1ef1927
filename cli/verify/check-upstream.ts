import { CompilerBug, type Diagnostic, loadMlir, parseModule, verifyUpstream } from "../../ir/index.ts";

/** What upstream's verifier finds wrong with the emitted levels, by the file that holds each; anything is a bug of ours. */
export async function checkUpstream(levels: ReadonlyMap<string, string>): Promise<readonly Diagnostic[]> {
  const engine = await loadMlir();
  return [...levels].flatMap(([file, text]) => {
    const module = parseModule(text, file);
    if (module.kind === "error") throw new CompilerBug(`${file} does not read back`);
    return verifyUpstream(engine, module.value, file);
  });
}
