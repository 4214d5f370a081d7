/**
 * pdfjs goes on where it can when a document is damaged, and says so only on the console. These are the messages that
 * mean a loss on the page, as sentences for the caller; the originals may quote the document.
 */
const losses: readonly { readonly pattern: RegExp; readonly sentence: string }[] = [
  { pattern: /Image exceeded maximum allowed size/, sentence: 'An image on this page is too large and was left out.' },
  {
    pattern:
      /Unable to decode image|getTransferableImage|rest of the image data|Dependent image|decodeScan|marker not found|Image dimensions are missing|Unsupported \/S?Mask format|end of the image data/,
    sentence: 'An image on this page is damaged; part of it may be missing.',
  },
  {
    pattern:
      /translateFont|loadFont|ensureStateFont|is not available\.|(?:compile|parse) font|buildFontPaths|No cmap table|Font file is empty|compile Type3 glyph/,
    sentence: 'A font of this page is damaged; some text may be missing or look wrong.',
  },
  {
    pattern: /ignoring annotation data|parse(?:Default)?Appearance(?:Stream)? - ignoring/,
    sentence: 'A form field or a note on this page could not be drawn as it is.',
  },
  {
    pattern: /in flate stream|Unterminated (?:hex )?string|end of the stream without finding a valid EI/,
    sentence: 'Part of the content of this page is cut off.',
  },
  {
    pattern:
      /ignoring (?:errors|operator|XObject|sub-stream|shading|pattern|ExtGState|ColorSpace)|Invalid stream|Filter "[^"]*" is (?:not supported|missing)|Unknown command|Skipping command|Unrecognized ColorSpace/i,
    sentence: 'Part of the content of this page is damaged and was left out.',
  },
];

/** Collects what pdfjs complains about, until it is taken. */
export interface WarningCollector {
  add(warning: string): void;
  /** Whether the file's table of contents had to be made anew since this was last asked. */
  takeRepair(): boolean;
  /** Each sentence once, in order of appearance; the collection is empty afterwards. */
  take(): string[];
}

export function createWarningCollector(): WarningCollector {
  const sentences = new Set<string>();
  let isRepaired = false;
  return {
    add(warning) {
      isRepaired ||= warning.includes('Indexing all PDF objects');
      const loss = losses.find(({ pattern }) => pattern.test(warning));
      if (loss) sentences.add(loss.sentence);
    },
    takeRepair() {
      const wasRepaired = isRepaired;
      isRepaired = false;
      return wasRepaired;
    },
    take() {
      const taken = [...sentences];
      sentences.clear();
      return taken;
    },
  };
}

/**
 * Collects for the life of this process, which has no other use for its console. pdfjs also leaves rejections
 * unhandled on some damaged files; they must not end the process.
 */
export function collectProcessWarnings(): WarningCollector {
  const collector = createWarningCollector();
  const add = (...parts: readonly unknown[]): void => collector.add(parts.join(' '));
  globalThis.console.warn = add;
  globalThis.console.info = add;
  globalThis.console.log = () => {};
  process.on('unhandledRejection', () => collector.add('ignoring errors'));
  return collector;
}
