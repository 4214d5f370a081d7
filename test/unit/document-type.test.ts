import { describe, expect, test } from 'vitest';
import { sniffDocumentType } from '../../src/domain/document.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('sniffDocumentType', () => {
  test.each([
    ['pdf', '%PDF-1.7\n'],
    ['pdf', `${'junk '.repeat(100)}%PDF-1.4`],
    ['pdf', '\n8 0 obj<</Size 4>>'],
    ['png', '\x89PNG\r\n\x1a\n'],
    ['jpeg', '\xff\xd8\xff\xe0'],
    ['gif', 'GIF89a'],
    ['webp', 'RIFF\0\0\0\0WEBPVP8 '],
    ['tiff', 'II*\0'],
    ['tiff', 'MM\0*'],
    ['tiff', 'II+\0'],
  ])('knows a %s by its bytes', (type, head) => {
    expect(sniffDocumentType(bytes(head))).toBe(type);
  });

  test('knows a bitmap by its header and not by two letters', () => {
    const bitmap = Buffer.alloc(30);
    bitmap.write('BM', 'latin1');
    bitmap.writeUInt32LE(40, 14);
    expect(sniffDocumentType(bitmap)).toBe('bmp');
    expect(sniffDocumentType(bytes('BMW is a maker of cars and motorcycles'))).toBeUndefined();
  });

  test.each(['', 'hello', '<html>', 'PK\x03\x04', '%PD', `${' '.repeat(1100)}%PDF-1.4`])(
    'takes %j for no document',
    (head) => {
      expect(sniffDocumentType(bytes(head))).toBeUndefined();
    },
  );
});
