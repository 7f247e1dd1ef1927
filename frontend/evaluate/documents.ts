import { z } from "zod";

const listSchema = z.array(z.string());

/**
 * The documents of an evaluation text: the strings of a JSON array, else the parts between NUL characters,
 * else the parts between blank lines. Empty documents are left out.
 */
export function splitDocuments(text: string): readonly string[] {
  const parts = parseList(text) ?? text.split(text.includes("\0") ? "\0" : /\r?\n(?:[ \t]*\r?\n)+/u);
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function parseList(text: string): readonly string[] | undefined {
  if (!text.trimStart().startsWith("[")) return undefined;
  try {
    const list = listSchema.safeParse(JSON.parse(text));
    return list.success ? list.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // plain text that begins with a bracket
    throw error;
  }
}

/**
 * Cuts each document's ids into windows of at most `length` tokens, without overlap, each beginning with the
 * start token where the model has one. All tokens of a window but the first are predicted.
 */
export function cutWindows(
  documents: readonly (readonly number[])[],
  length: number,
  bosId: number | undefined,
): readonly (readonly number[])[] {
  const start = bosId === undefined ? [] : [bosId];
  const taken = length - start.length;
  return documents.flatMap((ids) => {
    const windows = Array.from({ length: Math.ceil(ids.length / taken) }, (_, i) => [
      ...start,
      ...ids.slice(i * taken, (i + 1) * taken),
    ]);
    return windows.filter((window) => window.length > 1);
  });
}
