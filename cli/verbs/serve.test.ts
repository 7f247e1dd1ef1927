import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../package-root.ts";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";
import { serveWhile } from "../testing/serve-while.ts";

const fable = join(packageRoot(), "models/fable");

/** Serves, does something with the address, presses Ctrl-C. */
function serving(args: readonly string[], use: (url: string) => Promise<void>): Promise<string> {
  return serveWhile([fable, "--engine", "reference", ...args], use);
}

async function complete(url: string, seed: number): Promise<unknown> {
  const answer = await fetch(`${url}/v1/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "fable", prompt: "Once upon a time", max_tokens: 12, seed, n: 2 }),
  });
  expect(answer.status).toBe(200);
  const { choices } = (await answer.json()) as { readonly choices: unknown }; // as OpenAI has it
  return choices;
}

test("one accelerator, two with data in parallel, two with tensors in parallel: the same answers", async () => {
  const answers: unknown[] = [];
  const kinds = [
    [],
    ["--accelerators", "2", "--preemption", "swap"],
    ["--accelerators", "2", "--parallel", "tensor"],
  ];
  for (const args of kinds) {
    const stderr = await serving(args, async (url) => {
      answers.push(await Promise.all([complete(url, 1), complete(url, 2), complete(url, 3)]));
    });
    expect(stderr).toContain("no chat template");
  }
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
}, 240_000);

test("what cannot be split, and what the hardware cannot do, is said", async () => {
  const run = async (...args: readonly string[]) =>
    lastObject(await hidalgo("serve", fable, "--port", "0", "--json", "--parallel", "tensor", ...args));
  expect(await run("--engine", "reference", "--accelerators", "3")).toMatchObject({ code: "CLI0042" });
  expect(await run("--engine", "f32", "--accelerators", "2")).toMatchObject({ code: "CLI0042" });
  expect(await run("--engine", "rtl", "--accelerators", "3")).toMatchObject({ code: "CLI0042" });
  const many = ["--engine", "rtl", "--accelerators", "4", "--outputs", "topk:200"];
  expect(await run(...many)).toMatchObject({ code: "CLI0042" });
  const checked = ["--engine", "rtl", "--accelerators", "2", "--verify-each"];
  expect(await run(...checked)).toMatchObject({ code: "CLI0032" });
});
