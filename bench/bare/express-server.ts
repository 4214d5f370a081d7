/** The least that an Express application can do: one route that answers with one JSON object. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import express from 'express';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, body: { type: 'string', default: '' } },
});
const body: unknown = JSON.parse(readFileSync(values.body, 'utf8'));

const app = express();
app.get('/classify/:jobId', (_request, response) => {
  response.json(body);
});
app.listen(Number(values.port), '127.0.0.1');
