import { writeFileSync } from 'node:fs';
import { packageVersion } from '../src/dependencies.ts';
import { createOpenApiDocument } from '../src/http/openapi/document.ts';

/** Writes docs/openapi.json from the schemas of the code. */
const document = createOpenApiDocument(packageVersion());
writeFileSync(new URL('../docs/openapi.json', import.meta.url), `${JSON.stringify(document, null, 2)}\n`);
