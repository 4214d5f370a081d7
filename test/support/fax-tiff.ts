/** A TIFF as a fax machine's gateway writes it (CCITT Group 4): left half black, right half white. */
export function halfBlackFax(rows: number): Buffer {
  // ITU-T T.6. First row: horizontal mode, white run of 0, black run of 32, then the end as above. Others: as above.
  const first = ['001', '00110101', '000001101010', '1'].join('');
  const endOfBlock = '000000000001'.repeat(2);
  const bits = first + '111'.repeat(rows - 1) + endOfBlock;
  const strip = Buffer.from(bits.match(/.{1,8}/g)?.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)) ?? []);
  const short = 3;
  const long = 4;
  const entries = [
    [256, long, 64], // width
    [257, long, rows],
    [258, short, 1], // bits per sample
    [259, short, 4], // Group 4
    [262, short, 0], // white is zero
    [273, long, 8], // the strip follows the header
    [277, short, 1],
    [278, long, rows],
    [279, long, strip.length],
  ] as const;
  const directoryAt = 8 + strip.length + (strip.length % 2);
  const file = Buffer.alloc(directoryAt + 2 + entries.length * 12 + 4);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(directoryAt, 4);
  strip.copy(file, 8);
  file.writeUInt16LE(entries.length, directoryAt);
  for (const [index, [tag, type, value]] of entries.entries()) {
    const at = directoryAt + 2 + index * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(1, at + 4);
    file.writeUInt32LE(value, at + 8);
  }
  return file;
}
