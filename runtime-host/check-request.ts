import { CompilerBug, fail, type Result } from "../ir/index.ts";
import type { DeviceCapabilities } from "./device.ts";
import {
  blocksExhausted,
  outputMissing,
  promptEmpty,
  promptTooLong,
  requestSpan,
  tokenUnknown,
} from "./diagnostics.ts";
import type { ServingRequest } from "./request.ts";
import { emitsFor } from "./sampling/sample.ts";
import { startSequence } from "./scheduling/sequence.ts";

/** Why a device can never serve a request; undefined where it can. */
export function checkRequest(request: ServingRequest, device: DeviceCapabilities): Result<never> | undefined {
  const { promptIds, maxTokens } = request;
  const { maxContext, vocab, blockSize, blocks } = device;
  if (maxTokens < 1) throw new CompilerBug("a request asks for at least one token");
  if (promptIds.length === 0) return fail(promptEmpty(requestSpan, {}));
  const unknown = promptIds.find((token) => token < 0 || token >= vocab);
  if (unknown !== undefined) return fail(tokenUnknown(requestSpan, { token: unknown, vocab }));
  if (promptIds.length >= maxContext)
    return fail(promptTooLong(requestSpan, { tokens: promptIds.length, maxContext }));
  const positions = Math.min(promptIds.length + maxTokens, maxContext) - 1; // the last token is not computed
  const short = Math.ceil(positions / blockSize) - (blocks - 1);
  if (short > 0) return fail(blocksExhausted(requestSpan, { short }));
  const emits = emitsFor(startSequence(request, 0), device.candidates);
  if (emits.some((emit) => device.emits.includes(emit))) return undefined;
  return fail(outputMissing(requestSpan, { needed: emits.join(" or "), given: device.emits.join(", ") }));
}
