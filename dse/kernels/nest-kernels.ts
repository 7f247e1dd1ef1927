import type { Nest } from "../../ir/index.ts";

/** The name of each nest's kernel in a planned network; statements outside of loops that stand together are one kernel. */
export function kernelNames(nests: readonly Nest[]): readonly string[] {
  let kernel = -1;
  return nests.map(({ node }, index) => {
    const isJoined = node.kind === "statement" && nests[index - 1]?.node.kind === "statement";
    if (!isJoined) kernel += 1;
    return `nest${String(kernel)}`;
  });
}
