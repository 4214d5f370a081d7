/**
 * pdfjs goes on where it can when a document is damaged, and says so only through `console.warn`. These are the
 * warnings that mean a loss on the page, as sentences for the caller; the originals may quote the document.
 */
const losses: readonly { readonly pattern: RegExp; readonly sentence: string }[] = [
  { pattern: /Image exceeded maximum allowed size/, sentence: 'An image on this page is too large and was left out.' },
  {
    pattern:
      /Unable to decode image|getTransferableImage|rest of the image data|Dependent image|decodeScan|marker not found/,
    sentence: 'An image on this page is damaged; part of it may be missing.',
  },
  {
    pattern: /translateFont|loadFont|ensureStateFont|is not available\.|compile font|buildFontPaths|No cmap table/,
    sentence: 'A font of this page is damaged; some text may be missing or look wrong.',
  },
  {
    pattern:
      /ignoring (?:errors|operator|XObject|sub-stream|shading|pattern|ExtGState|ColorSpace)|Invalid stream|Filter "[^"]*" is not supported/i,
    sentence: 'Part of the content of this page is damaged and was left out.',
  },
];

/** Collects what pdfjs complains about, until it is taken. */
export interface WarningCollector {
  add(warning: string): void;
  /** Each sentence once, in order of appearance; the collection is empty afterwards. */
  take(): string[];
}

export function createWarningCollector(): WarningCollector {
  const sentences = new Set<string>();
  return {
    add(warning) {
      const loss = losses.find(({ pattern }) => pattern.test(warning));
      if (loss) sentences.add(loss.sentence);
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
  globalThis.console.warn = (...parts: readonly unknown[]) => collector.add(parts.join(' '));
  globalThis.console.log = () => {};
  process.on('unhandledRejection', () => collector.add('ignoring errors'));
  return collector;
}
