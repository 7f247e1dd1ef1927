import { ok } from "../../ir/index.ts";
import type { TextCodec } from "../server/served-model.ts";

/** Bytes as tokens, 256 the end of text: every string has ids, and any ids are text. */
export const byteCodec: TextCodec = {
  encode: (text) => ok([...new TextEncoder().encode(text)]),
  encodeContinuation: (text) => ok([...new TextEncoder().encode(text)]),
  decode: (ids) => new TextDecoder().decode(Uint8Array.from(ids.filter((id) => id < 256))),
  stream: () => {
    const decoder = new TextDecoder();
    return {
      push: (id) => (id < 256 ? decoder.decode(Uint8Array.of(id), { stream: true }) : ""),
      end: () => decoder.decode(),
    };
  },
};
