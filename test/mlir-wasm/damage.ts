/** A source of random 32-bit words. */
type Words = () => number;

type Damage = (text: string, words: Words, other: string) => string;

const below = (words: Words, limit: number): number => (limit === 0 ? 0 : words() % limit);

const TOKENS = [
  "(",
  ")",
  "{",
  "}",
  "<",
  ">",
  "[",
  "]",
  "%",
  "^",
  "@",
  "!",
  "#",
  "->",
  ":",
  ",",
  '"',
  "//",
  "\\",
  "\0",
];
const WORDS = [
  "affine_map",
  "dense<",
  "loc(",
  "0x",
  "-1",
  "99999999999999999999",
  "tensor<",
  "i0",
  "?x",
  "\u{fffd}",
];

const cut: Damage = (text, words) => text.slice(0, below(words, text.length));
const drop: Damage = (text, words) => {
  const at = below(words, text.length);
  return text.slice(0, at) + text.slice(at + 1 + below(words, 20));
};
const insert: Damage = (text, words) => {
  const at = below(words, text.length);
  const all = [...TOKENS, ...WORDS];
  return text.slice(0, at) + (all[below(words, all.length)] ?? "") + text.slice(at);
};
const replace: Damage = (text, words) => {
  const at = below(words, text.length);
  return text.slice(0, at) + String.fromCharCode(32 + below(words, 95)) + text.slice(at + 1);
};
const repeat: Damage = (text, words) => {
  const at = below(words, text.length);
  return text.slice(0, at) + text.slice(at, at + 40).repeat(2 + below(words, 30)) + text.slice(at);
};
const splice: Damage = (text, words, other) =>
  text.slice(0, below(words, text.length)) + other.slice(below(words, other.length));
const swap: Damage = (text, words) => {
  const lines = text.split("\n");
  const from = below(words, lines.length);
  const to = below(words, lines.length);
  return lines
    .map((line, index) => (index === from ? lines[to] : index === to ? lines[from] : line))
    .join("\n");
};

const DAMAGES = [cut, drop, insert, replace, repeat, splice, swap];

/** One of the texts with one to four things done to it. */
export function damagedText(texts: readonly string[], words: Words): string {
  const pick = (): string => texts[below(words, texts.length)] ?? "";
  let text = pick();
  for (let count = 1 + below(words, 4); count > 0; count -= 1) {
    const damage = DAMAGES[below(words, DAMAGES.length)] ?? cut;
    text = damage(text, words, pick());
  }
  return text;
}
