import { at, type Operation, present } from "../../ir/index.ts";
import type { DeviceFamily } from "../library/table-types.ts";
import { addCells, type CellCounts, NO_CELLS } from "./counts.ts";
import { moduleCells } from "./mapping/module-cells.ts";
import { moduleKey } from "./mapping/module-key.ts";

/** Cells of the modules of a design. */
export interface DesignCells {
  /** Of each module by itself. */
  readonly own: ReadonlyMap<string, CellCounts>;
  /** Of a module with everything inside it. */
  readonly below: (name: string) => CellCounts;
}

/** Cells of modules that were mapped before in this process, by family and content: most are the same from design to design. */
const mapped = new Map<string, CellCounts>();

/** Modules that are remembered, at most. */
const MOST_MAPPED = 20_000;

/** Maps every distinct module once; modules that instantiate others come with them in `modules`. */
export function designCells(modules: readonly Operation[], family: DeviceFamily): DesignCells {
  if (mapped.size > MOST_MAPPED) mapped.clear();
  const own = new Map(
    modules.map((module) => {
      const key = `${family} ${moduleKey(module)}`;
      const cells = mapped.get(key) ?? moduleCells(module, family);
      mapped.set(key, cells);
      return [symbolOf(module), cells];
    }),
  );
  const instances = new Map(modules.map((module) => [symbolOf(module), instancesOf(module)]));
  const sums = new Map<string, CellCounts>();
  const below = (name: string): CellCounts => {
    const known = sums.get(name);
    if (known !== undefined) return known;
    const sum = (instances.get(name) ?? []).reduce(
      (total, inner) => addCells(total, below(inner)),
      own.get(name) ?? NO_CELLS,
    );
    sums.set(name, sum);
    return sum;
  };
  return { own, below };
}

/** Modules directly inside a module, each as often as it is there. */
export function instancesOf(module: Operation): readonly string[] {
  return at(module.regions, 0).block.ops.flatMap((op) => {
    const inner = op.attribute("moduleName");
    return op.name === "hw.instance" && inner?.kind === "symbol" ? [inner.name] : [];
  });
}

/** The name of a module. */
export function symbolOf(module: Operation): string {
  const name = present(module.attribute("sym_name"), "the name of a module");
  return name.kind === "string" ? name.value : name.kind === "symbol" ? name.name : "";
}
