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
