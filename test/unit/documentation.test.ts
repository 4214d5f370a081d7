import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { variables } from '../../src/config/variables.ts';
import { errorFacts, isErrorCode } from '../../src/domain/errors.ts';
import { searchAttributes } from '../../src/domain/search-attributes.ts';
import { devServerArgs } from '../../src/temporal/dev-server-options.ts';
import {
  misplacedSettings,
  namesInCompose,
  renderConfigurationPage,
  renderEnvExample,
} from '../../tools/settings-files.ts';
import { composeSettings, machineDefaults } from '../../tools/settings-groups.ts';
import { requiredValues, root } from '../support/compose-file.ts';

function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

const packageSchema = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  scripts: z.record(z.string(), z.string()),
});
const manifest = packageSchema.parse(JSON.parse(read('package.json')));

describe('.env.example and docs/configuration.md', () => {
  const compose = read('docker-compose.yml');

  test('are what `npm run docs:settings` writes', () => {
    expect(read('.env.example')).toBe(renderEnvExample(compose));
    expect(read('docs/configuration.md')).toBe(renderConfigurationPage(compose));
  });

  test('tell every setting once, and every variable of docker-compose.yml', () => {
    const told = Array.from(read('.env.example').matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm), ([, name]) => name);
    const inCompose = [...namesInCompose(compose).read];

    expect(misplacedSettings()).toEqual([]);
    expect(told.length).toBe(new Set(told).size);
    expect(told).toEqual(expect.arrayContaining([...Object.keys(variables.shape), ...inCompose]));
    expect(told.length).toBe(Object.keys(variables.shape).length + composeSettings.length);
  });

  test('leave open what compose requires, and nothing else', () => {
    const open = Array.from(read('.env.example').matchAll(/^# CHANGEME\n(\w+)=$/gm), ([, name]) => name);

    expect(new Set(open)).toEqual(new Set(Object.keys(requiredValues)));
    expect(new Set(open)).toEqual(namesInCompose(compose).required);
  });

  test('tell the fallbacks that docker-compose.yml has', () => {
    const fallbacks = composeSettings.flatMap(({ name, fallback }) => (fallback ? [`\${${name}:-${fallback}}`] : []));

    expect(fallbacks).toHaveLength(composeSettings.length - 1);
    expect(fallbacks.filter((expression) => !compose.includes(expression))).toEqual([]);
  });

  test.each(Object.entries(machineDefaults))('tell in words what the default of %s is: %s', (name, words) => {
    const most = Number(/^cores, at most (\d+)$/.exec(words)?.[1]);

    expect(variables.parse({})).toHaveProperty(name, Math.min(availableParallelism(), most));
  });
});

describe('docs/errors.md', () => {
  const sections = new Map(
    read('docs/errors.md')
      .split(/^### /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
  );
  const sources = globSync(['src/**/*.ts', 'activities/*.ts', 'workflows/*.ts'], { cwd: root })
    .filter((path) => path !== 'src/domain/errors.ts')
    .map((path) => read(path))
    .join('\n');

  test.each(Object.entries(errorFacts))(
    'says what %s means, with its status and whether it may pass',
    (code, facts) => {
      const again = facts.retryable ? 'Another attempt may succeed.' : 'It fails the same way again.';

      expect(sections.get(code)).toContain(`\n${facts.status} ${facts.title}. ${again}\n`);
    },
  );

  test('has no code that is none', () => {
    expect([...sections.keys()].filter((code) => !isErrorCode(code))).toEqual([]);
  });

  test('has no code that no source raises', () => {
    expect([...sections.keys()].filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
  });

  test('names settings that there are', () => {
    const named = Array.from(
      read('docs/errors.md').matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`/g),
      ([, name = '']) => name,
    );

    expect(named.filter((name) => !(name in variables.shape))).toEqual([]);
  });
});

describe('docs/dependencies.md', () => {
  const lines = Array.from(read('docs/dependencies.md').matchAll(/^- `([^`]+)`: \S/gm));

  test('has a line for each dependency, and no stale one', () => {
    const named = lines.map(([, name = '']) => name);

    expect(named.toSorted()).toEqual(
      [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)].toSorted(),
    );
  });
});

describe('docs/operations.md', () => {
  test('lists the search attributes that a namespace needs', () => {
    const rows = Array.from(read('docs/operations.md').matchAll(/^\| `(\w+)`\s+\| (Keyword|Double)\s+\|$/gm));

    expect(rows.map(([, name, type]) => [name, type?.toUpperCase()])).toEqual(
      searchAttributes.map(({ name, type }) => [name, type]),
    );
  });

  test.each(['docs/operations.md', 'CONTRIBUTING.md', 'SECURITY.md'])('%s names npm scripts that there are', (path) => {
    const named = Array.from(read(path).matchAll(/npm run ([\w:-]+)/g), ([, name = '']) => name);

    expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });
});

describe('CONTRIBUTING.md', () => {
  test('names files and folders that there are', () => {
    const named = Array.from(
      read('CONTRIBUTING.md').matchAll(/`((?:src|workflows|activities|test|tools|docs|deploy)\/[\w./-]*)`/g),
      ([, path = '']) => path,
    );

    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });

  test('names every room of src', () => {
    const rooms = readdirSync(new URL('src', root), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const page = read('CONTRIBUTING.md');

    expect(rooms.map(({ name }) => name).filter((name) => !page.includes(`\`src/${name}/\``))).toEqual([]);
  });
});

describe('docs/README.md', () => {
  test('links every page of the docs', () => {
    const pages = readdirSync(new URL('docs', root)).filter((name) => name.endsWith('.md') && name !== 'README.md');
    const index = read('docs/README.md');

    expect(pages.filter((name) => !index.includes(`(${name})`))).toEqual([]);
  });

  test.each(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...globSync('docs/**/*.md', { cwd: root })])(
    '%s links pages that there are',
    (path) => {
      const links = Array.from(read(path).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g), ([, link = '']) => link);

      expect(links.filter((link) => !existsSync(new URL(link, new URL(path, root))))).toEqual([]);
    },
  );
});

describe('the files for containers', () => {
  test('Temporal in containers is configured as the one of `npm start`', () => {
    const file = z
      .record(z.string(), z.tuple([z.object({ value: z.unknown() })]))
      .parse(parse(read('deploy/temporal-dynamic-config.yaml')));
    const inContainers = Object.entries(file).map(([key, [{ value }]]) => `${key}=${JSON.stringify(value)}`);
    const prefix = '--dynamic-config-value=';
    const args = devServerArgs({ executable: '', port: 7233, logFile: '', searchAttributes: [] }, {});

    expect(inContainers.toSorted()).toEqual(
      args
        .filter((arg) => arg.startsWith(prefix))
        .map((arg) => arg.slice(prefix.length))
        .toSorted(),
    );
  });

  test('the image has the Node of the lockfile', () => {
    const { packages } = z
      .object({ packages: z.record(z.string(), z.looseObject({ version: z.string().optional() })) })
      .parse(JSON.parse(read('package-lock.json')));
    const bases = Array.from(read('Dockerfile').matchAll(/^FROM (\S+)/gm), ([, image]) => image);

    expect(bases).toHaveLength(2);
    for (const image of bases) expect(image).toMatch(`node:${packages['node_modules/node']?.version}-`);
  });

  test('the image has every folder that the processes import from', () => {
    const copied = Array.from(read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)).flatMap(([, names = '']) =>
      names.split(' '),
    );
    const sources = globSync(['src/**/*.ts', 'activities/*.ts', 'workflows/*.ts', 'tools/*.ts'], { cwd: root });
    const folders = new Set(
      sources.flatMap((path) =>
        Array.from(
          read(path).matchAll(/(?:from|import\(|new URL\() ?'(\.\.?\/[^']+)'/g),
          ([, target = '']) => new URL(target, new URL(path, root)).href.slice(root.href.length).split('/')[0],
        ),
      ),
    );
    // The sample of `npm start`, which no container runs; generators read and write files of the repository.
    for (const unneeded of ['examples', '', 'docs', '.env.example', 'docker-compose.yml']) folders.delete(unneeded);

    expect([...folders].filter((folder) => !copied.includes(folder ?? ''))).toEqual([]);
    const ignored = read('.dockerignore').split('\n');
    expect(copied.filter((name) => !ignored.includes(`!${name}`))).toEqual([]);
  });
});
