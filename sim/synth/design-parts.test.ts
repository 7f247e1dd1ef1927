import { expect, test } from "vitest";
import { designModules, groupModules, modulesBelow } from "./design-parts.ts";
import { countArea, readStatistics } from "./statistics.ts";

const files = new Map([
  ["leaf.v", "module leaf (input wire a);\nendmodule\n"],
  ["mid.v", "module mid (input wire a);\n  leaf u0 (\n  );\n  leaf u1 (.a(a));\nendmodule\n"],
  ["top.v", "// leaf u9 (\nmodule top;\n  mid m (\n  );\n  leaf l (); wire x = f (1);\nendmodule\n"],
  ["other.v", "module other; endmodule\n"],
]);

test("modules, their instances and what is below a root", () => {
  const modules = designModules(files);
  expect([...(modules.get("top")?.instances ?? [])]).toEqual([
    ["mid", 1],
    ["leaf", 1],
  ]);
  expect(modules.get("mid")?.instances.get("leaf")).toBe(2);
  expect(modulesBelow(modules, ["top"])).toEqual(["top", "mid", "leaf"]);
  expect(modulesBelow(modules, ["other", "other"])).toEqual(["other"]);
});

test("groups hold every module once; a large one is alone", () => {
  const large = new Map([...files, ["big.v", `module big;\n${"// x\n".repeat(8000)}endmodule\n`]]);
  const modules = designModules(large);
  const groups = groupModules(modules, [...modules.keys()]);
  expect(groups[0]).toEqual(["big"]);
  expect(groups.flat().toSorted()).toEqual([...modules.keys()].toSorted());
});

test("cells are summed over the hierarchy, whose lines Yosys 0.23 writes into the JSON", () => {
  const text = `{"modules": {
    "\\\\top": {"num_cells_by_type": {"mid": 2, "LUT2": 1,}},
    "\\\\mid": {"num_cells_by_type": {"FDRE": 3}}
  },
       mid                           2
      "design": {"num_cells_by_type": {}},
  }`;
  const cells = readStatistics(text) ?? new Map();
  const { total, below, modules } = countArea(cells, ["top"]);
  expect(total).toMatchObject({ lut: 1, ff: 6 });
  expect(below.get("mid")).toMatchObject({ ff: 3 });
  expect(modules.get("top")).toMatchObject({ lut: 1, ff: 0 });
});
