import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTiffDirectories, tagValue, tiffTags, type TiffDirectory } from '../../../src/pdf/tiff-directory.ts';
import { writeTiff } from '../../support/tiff.ts';

function directoriesOf(file: Uint8Array): TiffDirectory[] {
  const bytes = Buffer.from(file);
  return readTiffDirectories((offset, length) => bytes.subarray(offset, offset + length));
}

const frame = { width: 4, height: 2, pixels: Buffer.alloc(8) };

describe('the directories of a TIFF', () => {
  test('have the numbers of their tags, and what hangs below', () => {
    const file = writeTiff([{ ...frame, tags: [[282, 204]], below: { ...frame, width: 2, tags: [[254, 1]] } }, frame]);
    const [first, second, ...more] = directoriesOf(file);

    expect(more).toEqual([]);
    expect(tagValue(first, tiffTags.imageWidth, 0)).toBe(4);
    expect(tagValue(first, tiffTags.xResolution, 0)).toBe(204);
    expect(tagValue(first, tiffTags.yResolution, 7)).toBe(7);
    expect(first?.subDirectories.map((each) => tagValue(each, tiffTags.newSubfileType, 0))).toEqual([1]);
    expect(second?.subDirectories).toEqual([]);
  });

  test('are read in either order of bytes, and with offsets of 8 bytes', () => {
    const big = Buffer.alloc(16 + 8 + 20 + 8);
    big.write('MM\0+\0\x08\0\0', 'latin1');
    big.writeBigUInt64BE(16n, 8);
    big.writeBigUInt64BE(1n, 16);
    big.writeUInt16BE(256, 24);
    big.writeUInt16BE(3, 26);
    big.writeBigUInt64BE(1n, 28);
    big.writeUInt16BE(640, 36);

    expect(directoriesOf(big).map((each) => tagValue(each, tiffTags.imageWidth, 0))).toEqual([640]);
  });

  test('end where the chain leads back to itself', () => {
    const file = writeTiff([frame]);
    file.writeUInt32LE(file.readUInt32LE(4), file.length - 4);

    expect(directoriesOf(file)).toHaveLength(1);
  });

  test('are none, or those before the damage, whatever the bytes are', () => {
    const whole = writeTiff([{ ...frame, below: frame }, frame, frame]);
    assert(
      property(uint8Array({ maxLength: 120 }), uint8Array({ maxLength: 40 }), (tail, patch) => {
        const patched = Buffer.from(whole);
        patched.set(patch, (tail.length * 7) % (patched.length - patch.length));

        expect(directoriesOf(Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), tail])).length).toBeLessThan(40);
        expect(directoriesOf(patched).length).toBeLessThan(40);
      }),
    );
  });
});
