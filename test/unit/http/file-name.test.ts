import { describe, expect, test } from 'vitest';
import { displayFileName } from '../../../src/http/shared/file-name.ts';

describe('displayFileName', () => {
  test.each([
    ['invoice.pdf', 'invoice.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\scan 1.tiff', 'scan 1.tiff'],
    ['a\0b\r\nc.pdf', 'abc.pdf'],
    ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
    ['Größe 中文 😀.pdf', 'Größe 中文 😀.pdf'],
    ['..', 'document'],
    ['folder/', 'document'],
    ['\u0007', 'document'],
  ])('shows %j as %j', (given, shown) => {
    expect(displayFileName(given)).toBe(shown);
  });

  test('cuts a name after 255 characters, and never within one', () => {
    expect(Array.from(displayFileName('😀'.repeat(300)))).toEqual(Array.from({ length: 255 }, () => '😀'));
  });
});
