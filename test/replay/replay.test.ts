import { readFile } from 'node:fs/promises';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadWorkflowBundle } from '../../src/startup/workflow-code.ts';
import { recordHistories } from './record-histories.ts';
import { recordedRuns } from './recorded-runs.ts';

const histories = new URL('./histories/', import.meta.url);
const code = { workflowBundle: await loadWorkflowBundle() };

const historySchema = z.object({
  events: z.tuple(
    [z.object({ workflowExecutionStartedEventAttributes: z.object({ workflowId: z.string() }) })],
    z.unknown(),
  ),
});

async function readHistory(name: string): Promise<string> {
  return readFile(new URL(`${name}.json`, histories), 'utf8');
}

/** A child's id holds that of its parent, so the history replays under its own name alone. */
function workflowIdOf(history: unknown): string {
  return historySchema.parse(history).events[0].workflowExecutionStartedEventAttributes.workflowId;
}

beforeAll(async () => {
  // `npm run record-histories`, after a behaviour was added.
  if (process.env['RECORD_HISTORIES'] === '1') await recordHistories(histories);
});

describe('recorded histories', () => {
  test.each(recordedRuns.map(({ name }) => name))('%s is replayed by the code of today', async (name) => {
    const history: unknown = JSON.parse(await readHistory(name));
    const workflowId = workflowIdOf(history);

    await expect(Worker.runReplayHistory(code, history, workflowId)).resolves.toBeUndefined();
  });

  test('a history that the code would not have written is refused', async () => {
    const changed = (await readHistory('completed')).replaceAll('"renderPages"', '"paintPages"');

    await expect(Worker.runReplayHistory(code, JSON.parse(changed), 'changed')).rejects.toThrow(
      DeterminismViolationError,
    );
  });

  test.each(recordedRuns)('$name holds nothing of a document, an address or a key', async ({ name, input }) => {
    const history = await readHistory(name);
    const { fields, texts } = contentOf(JSON.parse(history));
    const given = contentOf(input ?? {});

    expect(history.length).toBeLessThan(120_000);
    expect(fields.has('categories') || fields.has('tenant') || fields.has('uploadDays')).toBe(true);
    // What a caller's own workflow put into its input stands there; nothing of ours adds to it.
    expect(secretFields.filter((field) => fields.has(field) && !given.fields.has(field))).toEqual([]);
    const said = [...texts].filter((text) => /https?:|Reminders|Bearer |sk-|whsec_/.test(text));
    expect(said.filter((text) => !given.texts.has(text))).toEqual([]);
  });

  test('what such a history must not hold is found in its payloads', () => {
    const data = Buffer.from(JSON.stringify({ page: { text: 'Dear Sir' }, url: 'https://a.example/?key=1' }));
    const { fields, texts } = contentOf({ payloads: [{ data: data.toString('base64') }] });

    expect(secretFields.filter((field) => fields.has(field))).toEqual(['text', 'url']);
    expect(texts.has('https://a.example/?key=1')).toBe(true);
  });
});

/**
 * Under which names activities, results and requests have the words of pages, what a model said of them, addresses and
 * secrets.
 */
const secretFields = [
  'text',
  'spans',
  'words',
  'reasoning',
  'instructions',
  'url',
  'webhookUrl',
  'metadata',
  'password',
  'apiKey',
  'secret',
  'base64',
];

interface Content {
  readonly fields: Set<string>;
  readonly texts: Set<string>;
}

/** All names and texts of a history, those in its payloads too, which are JSON in base64. */
function contentOf(value: unknown, found: Content = { fields: new Set(), texts: new Set() }): Content {
  if (typeof value === 'string') found.texts.add(value);
  if (typeof value !== 'object' || value === null) return found;
  if ('data' in value || isEncoding(value)) return contentOf('data' in value ? decoded(value.data) : undefined, found);
  for (const [field, member] of Object.entries(value)) {
    if (!Array.isArray(value)) found.fields.add(field);
    contentOf(member, found);
  }
  return found;
}

/** What stands of a payload that has no data. */
function isEncoding(value: object): boolean {
  const { metadata } = { metadata: undefined, ...value };
  return typeof metadata === 'object' && metadata !== null && 'encoding' in metadata;
}

function decoded(data: unknown): unknown {
  const text = Buffer.from(typeof data === 'string' ? data : '', 'base64').toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
