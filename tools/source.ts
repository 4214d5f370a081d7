import type { Platform, ServerFacts } from './servers.ts';

/** What every source is given. */
export interface SourceContext {
  readonly facts: ServerFacts;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: Platform;
  /** Called with one finished line of progress. */
  readonly onProgress: (line: string) => void;
}

/** `unusable` stops the search: the user asked for exactly this one and has to mend it. */
export type SourceOutcome =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'unusable'; readonly reason: string };

/** One place where an executable can come from. */
export interface Source {
  readonly label: string;
  readonly find: (context: SourceContext) => Promise<SourceOutcome>;
}

export function found(path: string): SourceOutcome {
  return { kind: 'found', path };
}

export function missing(reason: string): SourceOutcome {
  return { kind: 'missing', reason };
}
