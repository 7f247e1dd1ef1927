import { z } from "zod";
import { ok } from "../../ir/index.ts";
import { examine } from "../doctor/examine.ts";
import { renderReport } from "../doctor/render.ts";
import { defineVerb } from "../verb.ts";

/** Which external tools are there, in which versions, what is missing and how to get it. */
export const doctor = defineVerb({
  name: "doctor",
  summary: "Show which external tools are there, what is missing and how to get it",
  declare: () => undefined,
  input: z.object({}),
  run: (_input, { output }) => {
    const user = process.getuid?.() === 0 ? "root" : "other";
    const report = examine({ path: process.env["PATH"] ?? "", user });
    output.line(renderReport(report));
    return Promise.resolve(ok(report));
  },
});
