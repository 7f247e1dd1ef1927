/** A Verilog module of a design: its file, and how often it instantiates others of the design. */
export interface DesignModule {
  readonly file: string;
  /** Instances directly inside it, by module. */
  readonly instances: ReadonlyMap<string, number>;
  /** Length of its file: what decides how long synthesis takes, roughly. */
  readonly size: number;
}

/** The modules of Verilog files (one each, as the emitter writes them, or several), by name. */
export function designModules(files: ReadonlyMap<string, string>): ReadonlyMap<string, DesignModule> {
  const texts = [...files].flatMap(([file, text]) =>
    [...text.matchAll(/^module\s+(?<name>\w+)(?<body>[\s\S]*?)\bendmodule\b/gmu)].map(({ groups }) => ({
      file,
      name: groups?.["name"] ?? "",
      body: groups?.["body"] ?? "",
    })),
  );
  const names = new Set(texts.map(({ name }) => name));
  return new Map(
    texts.map(({ file, name, body }) => {
      const instances = new Map<string, number>();
      for (const { groups } of body.matchAll(/^\s*(?<module>\w+)\s+\w+\s*\(/gmu)) {
        const module = groups?.["module"] ?? "";
        if (names.has(module)) instances.set(module, (instances.get(module) ?? 0) + 1);
      }
      return [name, { file, instances, size: body.length }] as const;
    }),
  );
}

/** `roots` and everything instantiated below them, each once, a module before what it instantiates. */
export function modulesBelow(
  modules: ReadonlyMap<string, DesignModule>,
  roots: readonly string[],
): readonly string[] {
  const found = new Set<string>();
  const pending = [...roots].reverse();
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    pending.push(...[...(modules.get(name)?.instances.keys() ?? [])].reverse());
  }
  return [...found];
}

/** Characters of Verilog in one run, at most: a larger module is synthesized by itself. */
const GROUP_SIZE = 32_000;

/** Modules in one run, at most. */
const GROUP_MODULES = 12;

/**
 * Modules in the groups that are synthesized by one run each, which shares the start of the program; the largest first, since
 * they take longest.
 */
export function groupModules(
  modules: ReadonlyMap<string, DesignModule>,
  names: readonly string[],
): readonly (readonly string[])[] {
  const size = (name: string): number => modules.get(name)?.size ?? 0;
  const groups: string[][] = [];
  let [group, filled]: [string[], number] = [[], 0];
  for (const name of names.toSorted((a, b) => size(b) - size(a) || (a < b ? -1 : 1))) {
    if (group.length === 0 || group.length === GROUP_MODULES || filled + size(name) > GROUP_SIZE) {
      [group, filled] = [[], 0];
      groups.push(group);
    }
    group.push(name);
    filled += size(name);
  }
  return groups;
}
