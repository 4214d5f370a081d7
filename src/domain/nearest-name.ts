/** Longer names are no slip of the hand. */
const maxLength = 60;

/** The name that was probably meant: the nearest by Levenshtein's distance, unless more than a third of it is different. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > maxLength) return undefined;
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: distanceOf(plain(name), plain(candidate)) }))
    .toSorted((a, b) => a.distance - b.distance);
  if (!nearest || nearest.distance > Math.max(2, nearest.candidate.length / 3)) return undefined;
  return nearest.candidate;
}

/** `failureCode` is as good as `failure_code`. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const substituted = (row[j] ?? 0) + Number(letter !== other);
      next.push(Math.min(substituted, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
