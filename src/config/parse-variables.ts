import { variables, type Variables } from './variables.ts';
import { countOf } from '../domain/text.ts';

/** Reads the variables, or tells in a line for each that is wrong: its name, what is allowed, what was seen. */
export function parseVariables(
  given: Readonly<Record<string, string>>,
): { readonly variables: Variables } | { readonly problems: readonly string[] } {
  const parsed = variables.safeParse(given);
  if (parsed.success) return { variables: parsed.data };
  const lines = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.');
    const value = given[name] ?? '';
    return `${name}: ${message}; got ${secretNames.has(name) ? countOf(value.length, 'character') : `"${value}"`}`;
  });
  return { problems: [...new Set(lines)] };
}

/** Of those that are checked here: what is told of the others lands in logs, too. */
const secretNames: ReadonlySet<string> = new Set(['SERVER_KEY'] satisfies (keyof Variables)[]);
