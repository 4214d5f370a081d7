import { tagValue, tiffTags, type TiffDirectory } from './tiff-directory.ts';

/** Compressions that sharp's libvips reads: none, the faxes, LZW, both JPEGs, deflate, PackBits and their like. */
const readCompressions: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 32_766, 32_771, 32_773, 32_809, 32_946, 50_001];

/** Registered and usual compressions (TIFF 6.0, its supplements, libtiff's tiff.h), as people call them. */
const compressionNames: Readonly<Record<number, string>> = {
  6: 'old-style JPEG',
  9: 'JBIG',
  10: 'JBIG',
  32_908: 'PixarFilm',
  32_909: 'PixarLog',
  33_003: 'JPEG 2000',
  33_004: 'JPEG 2000',
  33_005: 'JPEG 2000',
  34_661: 'JBIG',
  34_676: 'SGI Log',
  34_677: 'SGI Log',
  34_712: 'JPEG 2000',
  34_887: 'LERC',
  34_892: 'lossy JPEG of DNG',
  34_925: 'LZMA',
  34_926: 'Zstandard',
  34_927: 'WebP',
  34_933: 'PNG',
  34_934: 'JPEG XR',
  22_610: 'JPEG XR',
  50_000: 'Zstandard',
  50_002: 'JPEG XL',
  52_546: 'JPEG XL',
};

/** How the numbers of a pixel are to be understood (TIFF 6.0 SampleFormat). */
const sampleFormats: Readonly<Record<number, string>> = {
  1: 'unsigned',
  2: 'signed',
  3: 'floating-point',
  5: 'complex',
  6: 'complex floating-point',
};

const photometricNames: Readonly<Record<number, string>> = {
  8: 'CIE Lab',
  9: 'ICC Lab',
  10: 'ITU Lab',
  32_803: 'unprocessed camera',
  34_892: 'unprocessed camera',
};

/**
 * Why a TIFF's page cannot be decoded, in a sentence: its compression is one that is not read. Undefined where that is
 * no reason.
 */
export function unreadCompression(directory: TiffDirectory): string | undefined {
  const compression = tagValue(directory, tiffTags.compression, 1);
  if (readCompressions.includes(compression)) return undefined;
  const name = compressionNames[compression];
  const called = name === undefined ? `of number ${compression}` : `${name} (${compression})`;
  return `TIFF with the compression ${called} is not read. ${remedy}`;
}

/** The unusual format of a TIFF's page that could not be decoded: numbers or colours of an unusual kind. */
export function unreadFormat(directory: TiffDirectory): string | undefined {
  if (tagValue(directory, tiffTags.compression, 1) === 6)
    return `TIFF with old-style JPEG (6) could not be read. ${remedy}`;
  const bits = tagValue(directory, tiffTags.bitsPerSample, 1);
  const format = tagValue(directory, tiffTags.sampleFormat, 1);
  const samples = tagValue(directory, tiffTags.samplesPerPixel, 1);
  const photometric = photometricNames[tagValue(directory, tiffTags.photometric, 1)];
  const isUsual = [1, 2, 4, 8, 16].includes(bits) && format === 1 && samples <= 5 && photometric === undefined;
  if (isUsual) return undefined;
  const kind = [sampleFormats[format] ?? `format ${format}`, ...(photometric === undefined ? [] : [photometric])];
  const each = samples === 1 ? 'one' : String(samples);
  return `TIFF with ${each} ${kind.join(' ')} ${samples === 1 ? 'sample' : 'samples'} of ${bits} bits a pixel is not read. ${remedy}`;
}

const remedy = 'Save it with 8 bits a sample and LZW or Deflate, or as PDF or PNG.';
