import { basename } from "node:path";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { type DesignModule, designModules, modulesBelow } from "../../sim/index.ts";
import type { CompiledBuild } from "../build-folder/read-build-folder.ts";
import { unknownModule } from "./diagnostics.ts";
import type { ExpectedArea } from "./expected-area.ts";

/** What stands before a kernel's name in that of its module. */
const KERNEL_PREFIX = "hidalgo_core_";

/** What of a design is synthesized. */
export type SynthScope =
  | { readonly kind: "design" }
  | { readonly kind: "kernels" }
  | { readonly kind: "modules"; readonly names: readonly string[] };

/** The Verilog of a build. */
export interface BuildModules {
  readonly files: ReadonlyMap<string, string>;
  readonly modules: ReadonlyMap<string, DesignModule>;
  /** Module of each kernel, by the kernel's name. */
  readonly kernels: ReadonlyMap<string, string>;
}

/** Reads the modules of a build; kernels are those that its estimate names. */
export function buildModules(
  { manifest, files }: CompiledBuild,
  expected: ExpectedArea | undefined,
): BuildModules {
  const texts = new Map(
    manifest.rtl
      .filter(({ path }) => path.endsWith(".v"))
      .map(({ path }) => [basename(path), Buffer.from(files.get(path) ?? "").toString("utf8")]),
  );
  const modules = designModules(texts);
  const kernels = [...(expected?.kernels.keys() ?? [])].flatMap((kernel): readonly [string, string][] => {
    const module = `${KERNEL_PREFIX}${kernel}`;
    return modules.has(module) ? [[kernel, module]] : [];
  });
  return { files: texts, modules, kernels: new Map(kernels) };
}

/** The modules to synthesize, with all below them: those named by `scope`. */
export function scopeRoots(
  { modules, kernels }: BuildModules,
  top: string,
  scope: SynthScope,
): Result<readonly string[]> {
  switch (scope.kind) {
    case "design":
      return ok([top]);
    case "kernels":
      return ok(kernels.size === 0 ? [top] : [...kernels.values()]);
    case "modules": {
      const found = scope.names.map((name) => kernels.get(name) ?? name);
      const unknown = found.find((name) => !modules.has(name));
      if (unknown === undefined) return ok([...new Set(found)]);
      const near = [...kernels.keys(), ...modules.keys()].filter((name) => name.includes(unknown));
      return fail(unknownModule(builtSpan("--modules"), { name: unknown, near: near.slice(0, 8) }));
    }
    default:
      return scope satisfies never;
  }
}

/** The files of `top` and of everything below it. */
export function filesBelow({ files, modules }: BuildModules, top: string): ReadonlyMap<string, string> {
  const names = modulesBelow(modules, [top]).map((name) => modules.get(name)?.file ?? "");
  return new Map([...new Set(names)].map((name) => [name, files.get(name) ?? ""]));
}
