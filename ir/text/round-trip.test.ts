import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Operation } from "../core/operation.ts";
import { present } from "../support/bug.ts";
import { renderDiagnostic } from "../support/diagnostics.ts";
import { parseModule } from "./parse/parse-module.ts";
import { printGeneric, printModule } from "./print/printer.ts";

const ROOT = new URL("../../test/golden/ir/", import.meta.url).pathname;
const FILES = globSync("*.mlir", { cwd: ROOT }).sort();

function parsed(text: string, file: string): Operation {
  const result = parseModule(text, file);
  expect(result.kind === "error" ? result.diagnostics.map(renderDiagnostic) : []).toEqual([]);
  return present(result.kind === "ok" ? result.value : undefined, "module");
}

test.each(FILES)(
  "%s prints as written down, and what is printed reads back to the same text",
  async (name) => {
    const module = parsed(readFileSync(ROOT + name, "utf8"), name);
    const custom = printModule(module);
    const generic = printGeneric(module);
    expect(printModule(parsed(custom, "custom"))).toBe(custom);
    expect(printGeneric(parsed(custom, "custom"))).toBe(generic);
    expect(printGeneric(parsed(generic, "generic"))).toBe(generic);
    await expect(`${custom}\n// generic\n${generic}`).toMatchFileSnapshot(`${ROOT}${name}.expect`);
  },
);

/** Not valid MLIR on purpose: kernels with loop bounds of other types than `index`, operations that break their rules. */
const NOT_MLIR = new Set(["dataflow-network.mlir", "unfit-falls-back.mlir"]);
/** Lane extraction changed its syntax in MLIR 17. */
const ONLY_NEW = new Set(["mlir-opt-15 vector-lanes.mlir"]);
const TOOLS = ["mlir-opt-15", "mlir-opt-22", "mlir-opt"].filter(
  (tool) => spawnSync(tool, ["--version"]).status === 0,
);

test.skipIf(TOOLS.length === 0)(
  `generic forms are accepted by ${TOOLS.join(", ") || "mlir-opt (absent)"}`,
  () => {
    for (const tool of TOOLS) {
      for (const name of FILES.filter((file) => !NOT_MLIR.has(file))) {
        if (ONLY_NEW.has(`${tool} ${name}`)) continue;
        const generic = printGeneric(parsed(readFileSync(ROOT + name, "utf8"), name));
        const { stderr } = spawnSync(tool, ["--allow-unregistered-dialect", "-"], {
          input: generic,
          encoding: "utf8",
        });
        expect(`${tool} ${name}: ${stderr}`).toBe(`${tool} ${name}: `);
      }
    }
  },
);
