import { readFileSync, writeFileSync } from 'node:fs';
import { renderConfigurationPage, renderEnvExample } from './settings-files.ts';

/** Writes .env.example and docs/configuration.md from the settings' schema. */
const root = new URL('../', import.meta.url);
const composeFile = readFileSync(new URL('docker-compose.yml', root), 'utf8');
writeFileSync(new URL('.env.example', root), renderEnvExample(composeFile));
writeFileSync(new URL('docs/configuration.md', root), renderConfigurationPage(composeFile));
