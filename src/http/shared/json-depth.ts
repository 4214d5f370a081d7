/** Far more than any request needs; what is nested by the thousand cannot be written as JSON again. */
export const maxJsonDepth = 100;

/** Level by level: no call goes as deep as the value does. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let count = 0; count < maxJsonDepth; count++) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
    if (level.length === 0) return false;
  }
  return true;
}
