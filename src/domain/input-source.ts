import type { DocumentSource, StoredDocument } from './contract.ts';
import { documentTypes } from './document.ts';
import { isRecord, parseKey } from './input-values.ts';
import { fieldError } from './field-error.ts';

/** The limit of a document inside a workflow's input. */
const maxInlineBytes = 1_048_576;

/** Parses the source of a workflow's input. Throws `invalid_request` that names the field. */
export function parseSource(source: unknown, tenant: string): DocumentSource {
  if (!isRecord(source)) throw fieldError('source', 'must be an object with a "kind"');
  switch (source['kind']) {
    case 'stored': {
      const key = parseKey(source['key'], 'source.key', tenant);
      const document = parseStoredDocument(source['document'], key);
      return { kind: 'stored', key, ...(document && { document }) };
    }
    case 'url': {
      const { url, urlKey } = source;
      if (typeof url === 'string') return { kind: 'url', url };
      if (urlKey === undefined) throw fieldError('source.url', 'must be a URL');
      return { kind: 'url', urlKey: parseKey(urlKey, 'source.urlKey', tenant) };
    }
    case 'inline': {
      const base64 = source['base64'];
      if (typeof base64 !== 'string' || base64 === '') throw fieldError('source.base64', 'must be a base64 string');
      if (base64.length > maxInlineBytes * 1.4) {
        const detail = `must hold at most ${maxInlineBytes} bytes; put larger documents into the store`;
        throw fieldError('source.base64', detail);
      }
      return { kind: 'inline', base64 };
    }
    default:
      throw fieldError('source.kind', 'must be "stored", "url" or "inline"');
  }
}

function parseStoredDocument(document: unknown, key: string): StoredDocument | undefined {
  if (!isRecord(document)) return undefined;
  const { sha256, sizeBytes } = document;
  const type = documentTypes.find((known) => known === document['type']);
  if (typeof sha256 !== 'string' || typeof sizeBytes !== 'number' || type === undefined) return undefined;
  return { key, sha256, sizeBytes, type };
}
