import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Tokenizer } from "../../frontend/index.ts";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import type { ChatTemplate } from "../../runtime-host/index.ts";
import { CHAT_FILES } from "../build-folder/tokenizer-files.ts";
import { tokenizerConfigDamaged } from "./diagnostics.ts";

/** A special token: its text, or an object around it. */
const specialToken = z
  .union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content), z.null()])
  .optional();

const tokenizerConfig = z.looseObject({
  chat_template: z
    .union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() })), z.null()])
    .optional(),
  bos_token: specialToken,
  eos_token: specialToken,
});

/** What a tokenizer itself may say of conversations. */
type TemplateSource = Pick<Tokenizer, "chatTemplate" | "boundaries">;

type TokenizerConfig = z.infer<typeof tokenizerConfig>;

/**
 * The chat template of a model: `given` where a file is, else `chat_template.jinja`, else the one in `tokenizer_config.json`, both
 * beside the tokenizer, else the one that the tokenizer has (GGUF); undefined where there is none. A file that is damaged is a diagnostic.
 */
export function readChatTemplate(
  { file, tokenizer }: { readonly file: string; readonly tokenizer: TemplateSource },
  given: string | undefined,
): Result<ChatTemplate | undefined> {
  const folder = dirname(file);
  const config = readConfig(join(folder, CHAT_FILES.config));
  if (config.kind === "error") return config;
  const own = join(folder, CHAT_FILES.template);
  const source =
    readIfThere(given) ??
    readIfThere(existsSync(own) ? own : undefined) ??
    templateIn(config.value) ??
    tokenizer.chatTemplate;
  if (source === undefined) return ok(undefined);
  const { start, end } = tokenizer.boundaries ?? {};
  const { bos_token: bos = start, eos_token: eos = end } = config.value;
  const variables: Record<string, string> = {};
  if (typeof bos === "string") variables["bos_token"] = bos;
  if (typeof eos === "string") variables["eos_token"] = eos;
  return ok({ source, variables });
}

function readIfThere(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, "utf8");
}

/** Of several templates the one that is called default, as transformers takes it. */
function templateIn({ chat_template: found }: TokenizerConfig): string | undefined {
  if (found === undefined || found === null || typeof found === "string") return found ?? undefined;
  return (found.find(({ name }) => name === "default") ?? found[0])?.template;
}

function readConfig(file: string): Result<TokenizerConfig> {
  if (!existsSync(file)) return ok({});
  const damaged = (problem: string): Result<never> =>
    fail(tokenizerConfigDamaged(builtSpan(file), { problem }));
  try {
    const parsed = tokenizerConfig.safeParse(JSON.parse(readFileSync(file, "utf8")));
    if (parsed.success) return ok(parsed.data);
    const [issue] = parsed.error.issues;
    return damaged(`${issue?.path.join(".") ?? "the file"}: ${issue?.message ?? "malformed"}`);
  } catch (error) {
    if (error instanceof SyntaxError) return damaged(`it is no JSON: ${error.message}`);
    throw error;
  }
}
