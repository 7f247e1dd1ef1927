import { createHash, timingSafeEqual } from "node:crypto";
import type { Engine, EngineLoad } from "../engine.ts";
import { ApiError } from "./api-error.ts";
import type { ServedModel } from "./served-model.ts";

/** Whether a request shows the key, in as much time for a nearly right one as for a wrong one. */
export function showsKey(authorization: string | undefined, key: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(authorization ?? ""), digest(`Bearer ${key}`));
}

/** A server that ends, or whose accelerators are all gone, takes nothing any more. */
export function checkAlive({ hasDevice }: Pick<Engine, "hasDevice">, isClosing: boolean): void {
  if (!isClosing && hasDevice) return;
  const what = isClosing ? "the server is about to end" : "no accelerator is left: each of them failed";
  throw new ApiError(503, what, { type: "service_unavailable" });
}

/** Refuses what would wait behind too many others, or could never wait at all: each answer waits for itself, and `most` may. */
export function checkRoom(answers: number, { waiting }: Pick<EngineLoad, "waiting">, most: number): void {
  if (answers > most) {
    const expected = `prompts times n may be at most ${String(most)}`;
    throw new ApiError(400, `the request asks for ${String(answers)} answers; ${expected}`, { param: "n" });
  }
  if (waiting + answers > most)
    throw new ApiError(429, "too many requests wait; try again later", { type: "rate_limit_error" });
}

/** Refuses a request for another model. */
export function checkModel(id: string, { id: served }: Pick<ServedModel, "id">): void {
  if (id === served) return;
  throw new ApiError(404, `the model ${JSON.stringify(id)} is not served here; ${served} is`, {
    code: "model_not_found",
    param: "model",
  });
}
