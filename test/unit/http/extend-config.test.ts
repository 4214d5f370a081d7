import { describe, expect, test } from 'vitest';
import type { ClassifyConfig } from '../../../src/records/classifiers/classify-config.ts';
import {
  classifyConfigSchema,
  classifyOverrideConfigSchema,
} from '../../../src/http/extend/classify-runs/config-schema.ts';
import { parseBody } from '../../../src/http/extend/json-body.ts';

const other = { id: 'other', type: 'other', description: '' };
const invoice = { id: 'invoice', type: 'invoice', description: 'asks for payment' };

function problemOf(config: unknown): string {
  try {
    parseBody(classifyConfigSchema, config);
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown';
  }
}

describe('a configuration', () => {
  test('is kept with all that was given, also what is not known here', () => {
    const config = {
      classifications: [{ ...invoice, color: 'blue' }, other],
      baseProcessor: 'classification_of_tomorrow',
      advancedOptions: { context: 'huge', pageRanges: [{ start: 1, end: 2 }], speed: 11 },
      parseConfig: { target: 'markdown', blockOptions: { figures: { enabled: true } } },
      experimental: [1, 2],
    };

    const parsed: ClassifyConfig = parseBody(classifyConfigSchema, config);

    expect(parsed).toEqual(config);
  });

  test.each([
    ['none', undefined, 'The request body: '],
    ['no classifications', {}, 'classifications: '],
    ['an empty list', { classifications: [] }, 'classifications: '],
    [
      'no type "other"',
      { classifications: [invoice] },
      'classifications: at least one classification must have the type "other"',
    ],
    [
      'an id twice',
      { classifications: [other, invoice, { ...other }] },
      'classifications.2.id: repeats the id of item 0',
    ],
    [
      'a blank type',
      { classifications: [other, { ...invoice, type: ' ' }] },
      'classifications.1.type: must not be blank',
    ],
    ['a number for an id', { classifications: [{ ...other, id: 1 }] }, 'classifications.0.id: '],
    ['no description', { classifications: [{ id: 'other', type: 'other' }] }, 'classifications.0.description: '],
    ['rules that are no text', { classifications: [other], classificationRules: ['a'] }, 'classificationRules: '],
    [
      'pages that run backwards',
      { classifications: [other], advancedOptions: { pageRanges: [{ start: 3, end: 2 }] } },
      'advancedOptions.pageRanges.0: start must not be beyond end',
    ],
  ])('with %s is refused by the name of the field', (_what, config, sentence) => {
    expect(problemOf(config)).toContain(sentence);
  });
});

describe('what overrides a configuration', () => {
  test('may leave out everything, and keeps the rules for what it has', () => {
    expect(parseBody(classifyOverrideConfigSchema, { classificationRules: 'a' })).toEqual({ classificationRules: 'a' });
    expect(() => parseBody(classifyOverrideConfigSchema, { classifications: [invoice] })).toThrow(/type "other"/);
  });
});
