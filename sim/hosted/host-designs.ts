import { type Diagnostic, ok, type Result } from "../../ir/index.ts";
import { type DesignSource, type HostedDesign, hostDesign } from "./hosted-design.ts";

/** Emits all designs of a batch; a single one keeps its module names. */
export function hostDesigns(sources: readonly DesignSource[]): Result<readonly HostedDesign[]> {
  const designs: HostedDesign[] = [];
  const problems: Diagnostic[] = [];
  sources.forEach((source, index) => {
    const hosted = hostDesign(source, sources.length === 1 ? "" : `d${String(index)}_`);
    if (hosted.kind === "ok") designs.push(hosted.value);
    else problems.push(...hosted.diagnostics);
  });
  return problems.length === 0 ? ok(designs) : { kind: "error", diagnostics: problems };
}
