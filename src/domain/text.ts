/** A number and what it counts, as a sentence has them: `1 page`, `2 pages`. */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}
