import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type IConfiguration } from "dependency-cruiser";
import { expect, test } from "vitest";

/** File contents by path. */
type Tree = Readonly<Record<string, string>>;

const configuration: unknown = createRequire(import.meta.url)("../.dependency-cruiser.cjs");

/** Plants `tree` in an empty folder and names the rules that it breaks. */
async function brokenRules(tree: Tree): Promise<readonly string[]> {
  const baseDir = mkdtempSync(join(tmpdir(), "hidalgo-layers-"));
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(baseDir, path)), { recursive: true });
    writeFileSync(join(baseDir, path), text);
  }
  const { options, ...ruleSet } = configuration as IConfiguration; // plain CommonJS, checked by the tool itself
  const { output } = await cruise(["."], { ...options, ruleSet, baseDir, validate: true });
  if (typeof output === "string")
    throw new Error("dependency-cruiser rendered a report instead of returning it");
  return output.summary.violations.map((violation) => violation.rule.name);
}

const door = "export const a = 1;\n";

test("accepts what the table allows", async () => {
  const tree = {
    "ir/index.ts": door,
    "frontend/read.ts": 'import { a } from "../ir/index.ts";\nexport const b = a;\n',
    "sim/index.ts": door,
    "runtime-host/devices/simulated.ts": 'import { a } from "../../sim/index.ts";\nexport const b = a;\n',
  };
  expect(await brokenRules(tree)).toEqual([]);
});

const planted: readonly (readonly [string, string, Tree])[] = [
  [
    "ir imports nothing of ours",
    "layer-ir",
    {
      "frontend/index.ts": door,
      "ir/op.ts": 'import { a } from "../frontend/index.ts";\nexport const b = a;\n',
    },
  ],
  [
    "a type is a dependency too",
    "layer-ir",
    {
      "dse/index.ts": "export type A = 1;\n",
      "ir/op.ts": 'import type { A } from "../dse/index.ts";\nexport type B = A;\n',
    },
  ],
  [
    "the engine does not know the simulator",
    "layer-runtime-host",
    {
      "sim/index.ts": door,
      "runtime-host/engine.ts": 'import { a } from "../sim/index.ts";\nexport const b = a;\n',
    },
  ],
  [
    "a device adapter knows the simulator, not the compiler",
    "layer-device-adapters",
    {
      "backend-hls/index.ts": door,
      "runtime-host/devices/board.ts":
        'import { a } from "../../backend-hls/index.ts";\nexport const b = a;\n',
    },
  ],
  [
    "another folder is entered by its door",
    "front-door",
    { "ir/core/op.ts": door, "cli/main.ts": 'import { a } from "../ir/core/op.ts";\nexport const b = a;\n' },
  ],
  [
    "code does not use tests' support",
    "test-support",
    {
      "test/support/index.ts": door,
      "ir/op.ts": 'import { a } from "../test/support/index.ts";\nexport const b = a;\n',
    },
  ],
  [
    "no cycles of code",
    "no-cycles",
    {
      "ir/a.ts": 'import { b } from "./b.ts";\nexport const a = (): number => b();\n',
      "ir/b.ts": 'import { a } from "./a.ts";\nexport const b = (): number => a();\n',
    },
  ],
];

test.each(planted)("%s", async (_title, rule, tree) => {
  expect(await brokenRules(tree)).toContain(rule);
});
