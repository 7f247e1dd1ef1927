import { z } from "zod";

/** A count of things. */
export const count = z.int().nonnegative();

/** A share of a whole, 0 to 1. */
export const share = z.number().min(0).max(1);

/** A SHA-256 in hexadecimal. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/u);
