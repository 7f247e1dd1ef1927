import { join } from "node:path";
import { expect, test } from "vitest";
import type { Result } from "../../ir/index.ts";
import { writeBuildFolder } from "../build-folder/write-build-folder.ts";
import { compileModel } from "../jobs/compile-model.ts";
import { damagedFable, temporaryFolder } from "../testing/model-folders.ts";
import { serveDefaults as options } from "../testing/serve-defaults.ts";
import { softHardware } from "../testing/soft-hardware.ts";
import { openServed } from "./open-served.ts";

function unwrap<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

test.each([
  ["tokenizer_config.json", JSON.stringify({ bos_token: "<s>", chat_template: "{{ bos_token }}" })],
  ["chat_template.jinja", "{{ messages }}"],
])("a build is served with the template that its model had in %s", async (name, text) => {
  const hardware = softHardware();
  const model = damagedFable({ [name]: text });
  const build = unwrap(await compileModel(model, { ...options, emitIr: false }, {}, hardware));
  const target = join(temporaryFolder(), "build");
  unwrap(await writeBuildFolder(target, build.files, new AbortController().signal));
  const [fromModel, fromBuild] = [
    unwrap(await openServed(model, options, {}, hardware)),
    unwrap(await openServed(target, options, {}, hardware)),
  ];
  expect(fromBuild.model.chatTemplate).toMatchObject({ variables: { bos_token: "<s>" } });
  expect(fromBuild.model.chatTemplate).toEqual(fromModel.model.chatTemplate);
});

test("a build of one accelerator cannot be shared; a model's parts are one device", async () => {
  const hardware = softHardware();
  const model = damagedFable({});
  const build = unwrap(await compileModel(model, { ...options, emitIr: false }, {}, hardware));
  const target = join(temporaryFolder(), "build");
  unwrap(await writeBuildFolder(target, build.files, new AbortController().signal));
  const shared = { ...options, accelerators: 2, parallel: "tensor" } as const;
  const refused = await openServed(target, shared, {}, hardware);
  expect(refused).toMatchObject({ kind: "error", diagnostics: [{ code: "CLI0044" }] });
  expect(unwrap(await openServed(model, shared, {}, hardware)).engines).toHaveLength(1);
  expect(unwrap(await openServed(model, { ...shared, parallel: "data" }, {}, hardware)).engines).toHaveLength(
    2,
  );
});
