import { builtSpan, type Diagnostic } from "../../ir/index.ts";
import { characterUnknown, textMalformed } from "./diagnostics.ts";

/** The place that diagnostics about a prompt's text name. */
export const promptSpan = builtSpan("(text)");

/** Reports what no tokenizer can encode, and the first character that `isKnown` rejects. */
export function checkCharacters(
  text: string,
  isKnown: (character: string) => boolean,
): readonly Diagnostic[] {
  if (!text.isWellFormed()) return [textMalformed(promptSpan, undefined)];
  const checked = new Set<string>();
  let index = 0;
  for (const character of text) {
    index++;
    if (checked.has(character)) continue;
    if (!isKnown(character)) {
      const codePoint = character.codePointAt(0) ?? 0;
      return [characterUnknown(promptSpan, { character, codePoint, index })];
    }
    checked.add(character);
  }
  return [];
}
