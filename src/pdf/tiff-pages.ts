import { tagValue, tiffTags, type TiffDirectory } from './tiff-directory.ts';

/** The place of a TIFF's page: its directory in the chain, and the one below that. */
export interface TiffPage {
  readonly page: number;
  readonly subifd?: number;
  readonly directory?: TiffDirectory;
}

/**
 * The pictures of a TIFF that are pages: not its thumbnails (NewSubfileType bit 0, or the older SubfileType 2) and not
 * its masks (bit 2). A file that has only a thumbnail at the top has its picture below; one without any picture keeps
 * what it has. `count` is how many directories libvips sees.
 */
export function choosePages(directories: readonly TiffDirectory[], count: number): readonly TiffPage[] {
  const all = Array.from({ length: Math.max(1, count) }, (_, page): TiffPage => {
    const directory = directories[page];
    return { page, ...(directory && { directory }) };
  });
  const full = all.filter(({ directory }) => !directory || isPicture(directory));
  if (full.length > 0) return full;
  const below = all.flatMap(({ page, directory: parent }) =>
    (parent?.subDirectories ?? []).flatMap((directory, subifd) =>
      isPicture(directory) ? [{ page, subifd, directory }] : [],
    ),
  );
  return below.length > 0 ? below : all;
}

function isPicture(directory: TiffDirectory): boolean {
  const kind = tagValue(directory, tiffTags.newSubfileType, 0);
  const isReduced = (kind & 1) !== 0 || tagValue(directory, tiffTags.subfileType, 1) === 2;
  return !isReduced && (kind & 4) === 0;
}
