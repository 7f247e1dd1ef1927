import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { prefixKey, prefixRoot } from "../blocks/prefix-key.ts";
import { DiskStore } from "./disk-store.ts";
import { HostStore } from "./host-store.ts";
import { isIntact, sealBlock } from "./sealed-block.ts";

const keyOf = (...tokens: readonly number[]) => prefixKey(prefixRoot(), tokens);
const bytes = Uint8Array.of(1, 2, 3, 4);

test("a block whose bytes changed is refused, once and for all", async () => {
  const store = new HostStore({ prefixBlocks: 4, swapBlocks: 0 });
  const contents = Uint8Array.from(bytes);
  await store.put(keyOf(1, 2), contents);
  expect(await store.take(keyOf(1, 2))).toEqual({ kind: "intact", bytes });
  contents[2] = 9;
  expect(await store.take(keyOf(1, 2))).toEqual({ kind: "corrupt" });
  expect(store.has(keyOf(1, 2))).toBe(false);
  expect(store.usage.refused).toBe(1);
  const sealed = sealBlock(contents);
  contents[0] = 7;
  expect(isIntact(sealed)).toBe(false);
  expect(store.open(sealed)).toBeUndefined();
});

test("the least recently used block leaves first; room for swapped blocks is counted", async () => {
  const store = new HostStore({ prefixBlocks: 2, swapBlocks: 3 });
  for (const token of [1, 2]) await store.put(keyOf(token), bytes);
  await store.take(keyOf(1));
  await store.put(keyOf(3), bytes);
  expect([1, 2, 3].map((token) => store.has(keyOf(token)))).toEqual([true, false, true]);
  expect([store.reserve(2), store.reserve(2), store.reserve(1)]).toEqual([true, false, true]);
  store.release(3);
  expect(store.usage.swapBlocks).toBe(0);
});

test("blocks on disk outlive the store; another identity has none of them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kv-"));
  const open = (identity: string) =>
    new HostStore({ prefixBlocks: 0, swapBlocks: 0, disk: new DiskStore(folder, identity, 100) });
  await open("model a").put(keyOf(1, 2), bytes);
  expect(await open("model a").take(keyOf(1, 2))).toEqual({ kind: "intact", bytes });
  expect(open("model b").has(keyOf(1, 2))).toBe(false);
});

test("a damaged file is refused and removed; the oldest file makes room", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kv-"));
  const disk = new DiskStore(folder, "model", 2);
  const store = new HostStore({ prefixBlocks: 0, swapBlocks: 0, disk });
  for (const token of [1, 2, 3]) await store.put(keyOf(token), bytes);
  expect([1, 2, 3].map((token) => store.has(keyOf(token)))).toEqual([false, true, true]);
  const [own = ""] = readdirSync(folder);
  const damage = (token: number, change: (content: Buffer) => Buffer): void => {
    const file = join(folder, own, `${keyOf(token).hash}.kv`);
    writeFileSync(file, change(readFileSync(file)));
  };
  damage(2, (content) => {
    content[content.length - 1] = 77;
    return content;
  });
  damage(3, () => Buffer.from("no header"));
  expect(await store.take(keyOf(2))).toEqual({ kind: "corrupt" });
  expect(await store.take(keyOf(3))).toEqual({ kind: "missing" });
  expect(readdirSync(join(folder, own))).toEqual([]);
});
