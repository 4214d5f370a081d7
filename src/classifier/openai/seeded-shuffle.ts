import { createHash } from 'node:crypto';

/** Fisher-Yates with a generator seeded by the text: the same seed and list give the same order everywhere. */
export function shuffle<T>(items: readonly T[], seed: string): T[] {
  const random = createRandom(seed);
  const rest = [...items];
  const shuffled: T[] = [];
  while (rest.length > 0) shuffled.push(...rest.splice(random() % rest.length, 1));
  return shuffled;
}

/** xorshift32 over the first bytes of a SHA-256; not for secrets. */
function createRandom(seed: string): () => number {
  let state = createHash('sha256').update(seed).digest().readUInt32BE(0) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}
