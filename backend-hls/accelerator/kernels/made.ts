/** Which vector a phase makes: that of a norm, of attention, of the gated product. */
export const MADE = { normed: 0, attended: 1, gated: 2, nothing: 3 } as const;
