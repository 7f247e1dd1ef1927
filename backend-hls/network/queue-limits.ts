/** The input of a network whose queues have limits: {@link LIMIT_BITS} bits of each, in the plan's order. */
export const QUEUE_LIMITS = "queue_limits";

/** Bits of a queue's limit. */
export const LIMIT_BITS = 16;
