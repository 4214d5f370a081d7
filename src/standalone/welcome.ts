import { fileURLToPath } from 'node:url';
import { relative } from 'node:path';
import type { Config } from '../config/config.ts';
import { countOf } from '../domain/text.ts';

export interface WelcomeFacts {
  readonly config: Config;
  readonly apiUrl: string;
  /** The address of Temporal's UI; of Temporal itself if there is no UI. */
  readonly temporal: string;
  /** What keeps the model from judging pages. */
  readonly modelProblem: string | undefined;
}

export const sampleDocument = fileURLToPath(new URL('../../examples/sample-invoice.pdf', import.meta.url));

export const sampleCategories = [
  { name: 'invoice', description: 'a bill for goods or services, with amounts due' },
  { name: 'contract', description: 'an agreement between parties' },
  { name: 'resume', description: "a person's career and skills" },
];

/** Prints where everything is, how it is secured and what to type next. */
export function printWelcome(say: (line: string) => void, facts: WelcomeFacts): void {
  const { config, apiUrl, temporal, modelProblem } = facts;
  const rows = [
    ['API', apiUrl],
    ['Reference', `${apiUrl}/docs`],
    ['Temporal', temporal],
    ['Documents', config.storage.kind === 'folder' ? config.storage.directory : `${config.storage.endpoint} (S3)`],
    ['Classifier', classifierLine(config)],
    ['Access', accessLine(config)],
  ];
  say('\nPigeonhole is ready.\n');
  for (const [label = '', value = ''] of rows) say(`  ${label.padEnd(11)} ${value}`);
  if (modelProblem !== undefined) say(`\n${modelProblem}.`);
  say('\nTry it in a second terminal:\n');
  for (const line of curlLines(config, apiUrl)) say(`  ${line}`);
  say('\nCtrl-C stops it all.');
}

function classifierLine({ classifier }: Config): string {
  if (classifier.kind === 'built-in') return 'built-in: words alone, no model (set OPENAI_API_KEY to use one)';
  return `${classifier.model} at ${classifier.baseUrl}`;
}

function accessLine({ http }: Config): string {
  if (http.apiKeys.length === 0) return 'this machine only, without a key (API_KEYS is not set)';
  const tenants = new Set(http.apiKeys.map(({ tenant }) => tenant)).size;
  return `by API key, ${countOf(tenants, 'tenant')}`;
}

function curlLines({ http }: Config, apiUrl: string): string[] {
  const path = relative(process.cwd(), sampleDocument);
  const categories = JSON.stringify(sampleCategories.map(({ name }) => name));
  const key = http.apiKeys.length === 0 ? '' : ` -H 'api-key: <your key>'`;
  return [
    `curl${key} -F pdf_file=@${path} -F 'categories=${categories}' ${apiUrl}/classify`,
    `curl${key} ${apiUrl}/classify/<job_id of the answer>`,
  ];
}
