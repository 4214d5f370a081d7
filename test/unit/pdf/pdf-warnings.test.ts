import { describe, expect, test } from 'vitest';
import { createWarningCollector } from '../../../src/pdf/pdf-warnings.ts';

describe('the warnings of a page', () => {
  test('say what was lost, once, without words of the document', () => {
    const collector = createWarningCollector();

    collector.add('Warning: Unable to decode image "img_p0_secret": "JpxError".');
    collector.add('Warning: Unable to decode image "img_p0_2": "JpxError".');
    collector.add('Warning: Image exceeded maximum allowed size and was removed.');

    expect(collector.take()).toEqual([
      'An image on this page is damaged; part of it may be missing.',
      'An image on this page is too large and was left out.',
    ]);
    expect(collector.take()).toEqual([]);

    collector.add('Warning: Unrecognized ColorSpace: secret');
    expect(collector.take()).toEqual(['Part of the content of this page is damaged and was left out.']);
  });

  test('leave out what loses nothing', () => {
    const collector = createWarningCollector();

    collector.add('Warning: TT: undefined function: 32');
    collector.add('Warning: Indexing all PDF objects');
    // The font of a scanner's recognition, which nobody is to see.
    collector.add('Warning: Required "glyf" table is not found -- trying to recover.');
    collector.add('Warning: Font "Helvetica" is not available -- attempting to fallback to a default font.');

    expect(collector.take()).toEqual([]);
  });
});
