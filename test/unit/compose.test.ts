import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { DCLinter } from 'dclint';
import { afterAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { readConfig } from '../../src/config/config.ts';
import { browserRefusedPorts } from '../../src/temporal/hidden-ports.ts';
import { variables } from '../../src/config/variables.ts';
import { loadCompose, requiredValues, root, seconds, type Service } from '../support/compose-file.ts';

const compose = loadCompose(requiredValues);
const services = Object.entries(compose.services);
const ours = services.filter(([name]) => name === 'api' || name === 'worker');
const lasting = services.filter(([, { restart }]) => restart !== 'no');
const passing = services.filter(([, { restart }]) => restart === 'no');
const waits = services.flatMap(([name, { depends_on }]) =>
  Object.entries(depends_on ?? {}).map(([on, { condition }]) => ({ name, on, condition })),
);
const mounts = services.flatMap(([name, { volumes }]) =>
  (volumes ?? []).map((mount) => {
    const [source = '', , mode] = mount.split(':');
    return { name, source, mode };
  }),
);
const folder = mkdtempSync(join(tmpdir(), 'pigeonhole-compose-'));
afterAll(() => rmSync(folder, { recursive: true }));

function service(name: string): Service {
  const found = compose.services[name];
  if (!found) throw new Error(`no service ${name}`);
  return found;
}

/** Its own types cannot be resolved by TypeScript's rules for ES modules. */
const lintResults = z.array(
  z.object({
    messages: z.array(
      z.object({ rule: z.string(), message: z.string() }).transform(({ rule, message }) => `${rule}: ${message}`),
    ),
  }),
);

/** What the linter of Compose files says, its schema being that of the Compose specification. */
function lint(document: unknown): string[] {
  const file = join(folder, 'docker-compose.yml');
  writeFileSync(file, stringify(document, { aliasDuplicateObjects: false }));
  const rules = {
    'no-duplicate-exported-ports': 2,
    'no-unbound-port-interfaces': 2,
    'no-version-field': 2,
    'require-project-name-field': 2,
    'service-image-require-explicit-tag': 2,
  } as const;
  const style = {
    'no-build-and-image': 0,
    'no-quotes-in-volumes': 0,
    'require-quotes-in-ports': 0,
    'service-dependencies-alphabetical-order': 0,
    'service-keys-order': 0,
    'service-ports-alphabetical-order': 0,
    'services-alphabetical-order': 0,
    'top-level-properties-order': 0,
  } as const;
  const linter = new DCLinter({ rules: { ...rules, ...style }, quiet: true, debug: false, exclude: [] });
  return lintResults.parse(linter.lintFiles([file], false)).flatMap(({ messages }) => messages);
}

describe('docker-compose.yml', () => {
  test('is a Compose file: it follows the schema of the specification and the linter has no objection', () => {
    expect(lint(compose)).toEqual([]);
  });

  test('is checked for real: an unknown key, an image without a tag and an open port are found', () => {
    expect(lint({ ...compose, services: { api: { imagee: 'x:1' } } }).join()).toContain('schema');
    expect(lint({ ...compose, services: { api: { image: 'x' } } }).join()).toContain('explicit-tag');
    expect(lint({ ...compose, services: { api: { image: 'x:1', ports: ['8080:8080'] } } }).join()).toContain(
      'interfaces',
    );
  });

  test.each(Object.keys(requiredValues))('does not start without %s, which has no default', (name) => {
    const { [name]: _left, ...rest } = requiredValues;
    expect(() => loadCompose(rest)).toThrow(name);
    expect(() => loadCompose({ ...rest, [name]: '' })).toThrow(name);
  });

  test('has no secret of its own: each one comes from a variable that must be set', () => {
    const source = readFileSync(new URL('docker-compose.yml', root), 'utf8');
    const secrets = source.split('\n').filter((line) => /^\s+\w*(PASSWORD|PWD|_KEY|_KEYS|ROOT_USER):/.test(line));

    expect(secrets.length).toBeGreaterThan(5);
    for (const line of secrets) expect(line).toMatch(/: \$\{\w+:(\?.+|-)\}$/);
    // Two may stay empty: without SERVER_KEY one is made, and without the model's key the built-in classifier is used.
    expect(secrets.filter((line) => line.includes(':-}')).map((line) => line.trim())).toEqual([
      'SERVER_KEY: ${SERVER_KEY:-}',
      'OPENAI_API_KEY: ${OPENAI_API_KEY:-}',
    ]);
  });

  test('publishes the API and the UI alone, on this machine alone', () => {
    const published = services.flatMap(([name, { ports }]) => (ports ?? []).map((port) => `${name} ${port}`));
    const { PORT, TEMPORAL_UI_PORT: ui } = variables.parse({});
    expect(published).toEqual([`api 127.0.0.1:${PORT}:8080`, `temporal-ui 127.0.0.1:${ui}:${ui}`]);
  });

  test("hides Temporal's UI behind our check, on a port that no browser opens", () => {
    const port = Number(service('temporal-ui-server').environment['TEMPORAL_UI_PORT']);
    const { command, environment } = service('temporal-ui');
    const asked = 'node src/startup/temporal-ui.ts --host=0.0.0.0 --upstream=temporal-ui-server';
    expect(command.join(' ')).toBe(`${asked}:${port}`);
    expect(readConfig(environment).temporal.uiPort).toBe(variables.parse({}).TEMPORAL_UI_PORT);
    expect(browserRefusedPorts).toContain(port);
  });

  test('lets workers be scaled: no fixed name, no port of the host, no volume that two would share', () => {
    expect(services.filter(([, entry]) => entry.container_name !== undefined)).toEqual([]);
    expect(service('worker')).not.toHaveProperty('ports');
    expect(service('worker')).not.toHaveProperty('volumes');
  });

  test.each(services)('%s has a pinned image', (_name, { image }) => {
    expect(image).toMatch(/^[a-z/-]+:(\d+\.\d+[\w.-]*|RELEASE\.[\w-]+)$/);
  });

  test.each(lasting)('%s is restarted when it ends, and checked for its health', (_name, entry) => {
    expect(entry).toMatchObject({ restart: 'unless-stopped', healthcheck: { test: expect.anything() } });
  });

  test.each(passing)('%s runs once, and others wait for its end', (name) => {
    expect(waits.filter(({ on }) => on === name).map(({ condition }) => condition)).toContain(
      'service_completed_successfully',
    );
  });

  test.each(waits)('$name waits for $on: $condition', ({ on, condition }) => {
    const group = condition === 'service_healthy' ? lasting : passing;

    expect(['service_healthy', 'service_completed_successfully']).toContain(condition);
    expect(group.map(([name]) => name)).toContain(on);
  });

  test.each(mounts.filter(({ source }) => source.startsWith('./')))(
    '$name mounts $source, which is here, read-only',
    ({ source, mode }) => {
      expect(existsSync(new URL(source, root))).toBe(true);
      expect(mode).toBe('ro');
    },
  );

  test("Temporal's dynamic configuration is in a folder that is mounted, so that a file put in its place is seen", () => {
    const path = service('temporal').environment['DYNAMIC_CONFIG_FILE_PATH'] ?? '';
    const [source = '', target = ''] = service('temporal').volumes?.[0]?.split(':') ?? [];

    expect(dirname(path)).toBe(target);
    expect(existsSync(new URL(`${source}/${basename(path)}`, root))).toBe(true);
  });

  test('every volume that is mounted is declared, and every declared one is used', () => {
    const named = mounts.map(({ source }) => source).filter((source) => !source.startsWith('./'));

    expect(new Set(named)).toEqual(new Set(Object.keys(compose.volumes)));
  });
});

describe('api and worker in docker-compose.yml', () => {
  test.each(ours)('%s runs what its npm script runs', (name, { command, image }) => {
    const { scripts, version } = parse(readFileSync(new URL('package.json', root), 'utf8'));

    expect(command.join(' ')).toBe(scripts[name]);
    expect(image).toBe(`pigeonhole:${version}`);
  });

  test('the API is checked at a path that it serves, on its own port', () => {
    const { http } = readConfig(service('api').environment);

    expect(service('api').healthcheck?.test.join(' ')).toContain(`http://127.0.0.1:${http.port}/readyz`);
    expect(readFileSync(new URL('src/http/shared/health.ts', root), 'utf8')).toContain("'/readyz'");
  });

  test('the worker is checked by a program that is in the image', () => {
    const [, program, path = ''] = service('worker').healthcheck?.test ?? [];

    expect(program).toBe('node');
    expect(existsSync(new URL(path, root))).toBe(true);
  });

  test.each(ours)('%s gets settings that the code reads, and accepts them', (_name, { environment }) => {
    expect(Object.keys(environment).filter((name) => !(name in variables.shape))).toEqual([]);

    const config = readConfig(environment);

    expect(config.temporal.isOwnServer).toBe(false);
    expect(config.storage).toMatchObject({ kind: 's3', endpoint: 'http://s3:9000', bucket: 'pigeonhole' });
    expect(config.queues).toEqual(['workflow', 'fetch', 'render', 'model', 'deliver']);
  });

  test('let every setting through that has a meaning in a container', () => {
    const given = new Set(ours.flatMap(([, { environment }]) => Object.keys(environment)));
    const left = Object.keys(variables.shape).filter((name) => !given.has(name));

    // A container has its own file system and another container's Temporal.
    expect(left).toEqual([
      'DATA_DIR',
      'TEMP_DIR',
      'TEMPORAL_PORT',
      'TEMPORAL_UI_PORT',
      'TEMPORAL_UI_HOSTS',
      'TEMPORAL_RETENTION_DAYS',
      'TEMPORAL_BIN',
    ]);
  });

  test('the worker knows no API key, the API no key of the model', () => {
    expect(service('worker').environment).not.toHaveProperty('API_KEYS');
    expect(service('api').environment).not.toHaveProperty('OPENAI_API_KEY');
  });

  test('the published API listens on all addresses of its container, on the port that is published', () => {
    const { http } = readConfig(service('api').environment);

    expect(http).toMatchObject({ host: '0.0.0.0', port: 8080 });
  });

  test.each(ours)('%s is given more time to stop than it takes', (_name, { environment, stop_grace_period }) => {
    const { shutdownGraceMs } = readConfig(environment);

    expect(seconds(stop_grace_period)).toBeGreaterThanOrEqual(shutdownGraceMs / 1000 + 5 + 10);
  });

  test('the memory of the worker holds all its render processes at their limit, and 2 GB', () => {
    const { render } = readConfig(service('worker').environment);
    const gigabyte = 1024 ** 3;

    expect(parseInt(service('worker').mem_limit ?? '', 10) * gigabyte).toBeGreaterThanOrEqual(
      render.processes * render.maxProcessMemoryBytes + 2 * gigabyte,
    );
  });

  test('the Temporal and S3 that they are told of are services of this file, at their ports', () => {
    const { temporal, storage } = readConfig(service('worker').environment);
    const s3 = new URL(storage.kind === 's3' ? storage.endpoint : '');

    expect(temporal.connection.connectionOptions.address).toBe('temporal:7233');
    expect(service('temporal').healthcheck?.test).toContain('7233');
    expect(service(s3.hostname).healthcheck?.test.join(' ')).toContain(`:${s3.port}/`);
    expect(temporal.connection.namespace).toBe(service('temporal-namespace').environment['TEMPORAL_NAMESPACE']);
  });
});
