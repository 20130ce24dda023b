/** 0 to 1, by chance: for waits that must not fall together. Nothing that is decided depends on it. */
export const chance = (): number => Math.random();
