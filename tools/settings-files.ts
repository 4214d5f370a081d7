import { z } from 'zod';
import { variables } from '../src/config/variables.ts';
import {
  composeSettings,
  machineDefaults,
  settingNames,
  settingsGroups,
  temporalEnvironment,
  type SettingName,
} from './settings-groups.ts';

/** What is told about one setting, in words. */
interface Setting {
  readonly name: string;
  readonly description: string;
  /** Absent when it is unset by default. */
  readonly fallback: string | undefined;
  /** False where the default is told in words, which nobody can type. */
  readonly isLiteral: boolean;
  /** Which values are allowed, where there are bounds. */
  readonly values: string;
}

const propertySchema = z.object({
  description: z.string(),
  default: z.union([z.string(), z.number()]).optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
});

const generated = 'Generated from src/config/variables.ts by `npm run docs:settings`.';

/** `.env.example`: every setting, commented out; the reader fills in those that compose requires. */
export function renderEnvExample(composeFile: string): string {
  const compose = namesInCompose(composeFile);
  const sections = [
    ...settingsGroups.map(({ title, names }) => ({ title, settings: names.map(readSetting) })),
    { title: 'docker compose alone', settings: composeSettings.map(toSetting) },
  ].map(({ title, settings }) =>
    [`# --- ${title} ---`, ...settings.map((setting) => envLines(setting, compose))].join('\n\n'),
  );
  const head = [
    `# ${generated}`,
    '# docker compose reads it as .env: copy it there and fill in what is marked CHANGEME. npm start, npm run api and',
    '# npm run worker read the environment alone. An empty value counts as unset.',
  ];
  return `${[head.join('\n'), ...sections].join('\n\n')}\n`;
}

/** `docs/configuration.md`: the same as lists. */
export function renderConfigurationPage(composeFile: string): string {
  const compose = namesInCompose(composeFile);
  const head = [
    '# Configuration',
    paragraph(
      'Settings are environment variables; there is no settings file. An empty variable counts as unset.',
      `A process that finds wrong settings prints all of them and exits with code 1. ${generated}`,
    ),
    paragraph(
      'Without any setting, `npm start` runs everything on this machine.',
      '`docker compose` reads the same names from `.env` and requires those marked _compose_.',
    ),
  ];
  const sections = settingsGroups.map(
    ({ title, names }) => `## ${title}\n\n${settingsList(names.map(readSetting), compose)}`,
  );
  const composeAlone = `## docker compose alone\n\n${settingsList(composeSettings.map(toSetting), compose)}`;
  const envItems = Object.entries(temporalEnvironment).map(([name, text]) => listItem(`\`${name}\`: ${text}`));
  const temporal = [
    '## Connection to Temporal',
    paragraph(
      'Beside `TEMPORAL_ADDRESS` and `TEMPORAL_NAMESPACE`, Pigeonhole reads the variables of Temporal’s own SDKs and CLI,',
      'through `@temporalio/envconfig`. `docker-compose.yml` passes none of them on: its Temporal needs none.',
    ),
    envItems.join('\n'),
  ];
  return `${[...head, ...sections, composeAlone, ...temporal].join('\n\n')}\n`;
}

export interface ComposeNames {
  /** Variables that `docker-compose.yml` takes from its environment. */
  readonly read: ReadonlySet<string>;
  /** Those of them without which it does not start: `${NAME:?...}`. */
  readonly required: ReadonlySet<string>;
}

export function namesInCompose(composeFile: string): ComposeNames {
  const names = (pattern: RegExp) => new Set(Array.from(composeFile.matchAll(pattern), ([, name = '']) => name));
  return { read: names(/\$\{(\w+)/g), required: names(/\$\{(\w+):\?/g) };
}

/** Settings that stand in no group, or in two. */
export function misplacedSettings(): string[] {
  const placed = settingsGroups.flatMap(({ names }) => names);
  return settingNames.filter((name) => placed.filter((other) => other === name).length !== 1);
}

function readSetting(name: SettingName): Setting {
  const { properties = {} } = z.toJSONSchema(variables);
  const property = propertySchema.parse(properties[name]);
  const words = machineDefaults[name];
  return {
    name,
    description: property.description,
    fallback: words ?? property.default?.toString(),
    isLiteral: words === undefined,
    values: allowedValues(property),
  };
}

function toSetting({ name, description, fallback }: (typeof composeSettings)[number]): Setting {
  return { name, description, fallback, isLiteral: true, values: '' };
}

function allowedValues({ enum: words, minimum, maximum, exclusiveMinimum }: z.infer<typeof propertySchema>): string {
  if (words) return words.join(', ');
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  return exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`;
}

function envLines(setting: Setting, compose: ComposeNames): string {
  const { name, description, fallback, isLiteral, values } = setting;
  const facts = [
    values,
    ...(isLiteral || fallback === undefined ? [] : [`default: ${fallback}`]),
    ...(compose.read.has(name) ? [] : ['not read by docker compose']),
  ].filter((fact) => fact !== '');
  const comment = wrap(`# ${description}${facts.length === 0 ? '' : ` (${facts.join('; ')})`}`, '# ');
  if (compose.required.has(name)) return `${comment}\n# CHANGEME\n${name}=`;
  return `${comment}\n# ${name}=${isLiteral ? (fallback ?? '') : ''}`;
}

/** A list: descriptions are sentences, which no cell of a table holds. */
function settingsList(settings: readonly Setting[], { required }: ComposeNames): string {
  return settings
    .map(({ name, description, fallback, isLiteral, values }) => {
      const shown = fallback === undefined ? [] : [`default ${isLiteral ? `\`${fallback}\`` : fallback}`];
      const facts = [...shown, ...(values === '' ? [] : [values]), ...(required.has(name) ? ['_compose_'] : [])];
      return listItem(`\`${name}\`${facts.length === 0 ? '' : ` (${facts.join('; ')})`}: ${description}`);
    })
    .join('\n');
}

function paragraph(...sentences: readonly string[]): string {
  return wrap(sentences.join(' '), '');
}

function listItem(text: string): string {
  return wrap(`- ${text}`, '  ');
}

const lineLength = 120;

/** Breaks a line between words, as the formatter does; a code span stays whole. */
function wrap(text: string, indent: string): string {
  const [first = '', ...words] = text.match(/(?:`[^`]*`|[^\s`])+/g) ?? [];
  const lines = [first];
  for (const word of words) {
    const line = lines.pop() ?? '';
    if (line.length + 1 + word.length <= lineLength) lines.push(`${line} ${word}`);
    else lines.push(line, `${indent}${word}`);
  }
  return lines.join('\n');
}
