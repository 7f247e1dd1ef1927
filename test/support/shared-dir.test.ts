import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sharedDir } from "./index.ts";

test("finds the shared folder beside the checkout, and says when there is none", () => {
  const parent = mkdtempSync(join(tmpdir(), "hidalgo-"));
  const checkout = join(parent, "checkout");
  expect(sharedDir(checkout)).toEqual({ kind: "absent" });

  mkdirSync(join(parent, "shared"));
  expect(sharedDir(checkout)).toEqual({ kind: "present", path: join(parent, "shared") });
});
