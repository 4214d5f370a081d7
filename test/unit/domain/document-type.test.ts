import { describe, expect, test } from 'vitest';
import { looksLikeText, sniffDocumentType } from '../../../src/domain/document.ts';

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

describe('looksLikeText', () => {
  test.each(['hello', 'name,amount\r\nAcme,12', '<?xml version="1.0"?>', 'Gr\xf6\xdfe\tin\fcm', '\xff\xfeh\0i\0'])(
    'takes %j for a text',
    (head) => {
      expect(looksLikeText(bytes(head))).toBe(true);
    },
  );

  test.each(['', 'PK\x03\x04\x14\0', '\xd0\xcf\x11\xe0\xa1\xb1', '\x7fELF', 'text\0with a null'])(
    'takes %j for none',
    (head) => {
      expect(looksLikeText(bytes(head))).toBe(false);
    },
  );
});
