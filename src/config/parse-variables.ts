import { variables, type Variables } from './variables.ts';
import { countOf } from '../domain/text.ts';

/** Reads the variables. Reports each bad one in a line: its name, the allowed values, the value seen. */
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

/** Never show these values, because the report lands in logs. */
const secretNames: ReadonlySet<string> = new Set(['SERVER_KEY'] satisfies (keyof Variables)[]);
