import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { laterFrames } from '../../../src/pdf/apng-frames.ts';

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, checksum]);
}

function control(order: number, width: number, height: number): Buffer {
  const data = Buffer.alloc(26);
  data.writeUInt32BE(order, 0);
  data.writeUInt32BE(width, 4);
  data.writeUInt32BE(height, 8);
  return chunk('fcTL', data);
}

async function png(width: number, height: number, background: string): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}

/** The pixels of a PNG, from its first IDAT. */
function pixelsOf(file: Buffer): Buffer {
  const at = file.indexOf('IDAT');
  return file.subarray(at + 4, at + 4 + file.readUInt32BE(at - 4));
}

/** A white picture, and smaller red frames behind it. */
async function animation(frames: number): Promise<Buffer> {
  const first = await png(8, 6, '#ffffff');
  const end = first.indexOf('IEND') - 4;
  const red = pixelsOf(await png(4, 3, '#ff0000'));
  const later = Array.from({ length: frames }, (_, index) =>
    Buffer.concat([control(index * 2 + 1, 4, 3), chunk('fdAT', Buffer.concat([Buffer.alloc(4), red]))]),
  );
  const head = [first.subarray(0, 33), chunk('acTL', Buffer.alloc(8)), control(0, 8, 6), first.subarray(33, end)];
  return Buffer.concat([...head, ...later, first.subarray(end)]);
}

describe('the frames of an animated PNG', () => {
  test('are pictures of their own, without the first', async () => {
    const [frame, ...more] = [...laterFrames(await animation(1), 9)];
    const { data, info } = await sharp(frame).raw().toBuffer({ resolveWithObject: true });

    expect(more).toEqual([]);
    expect(info).toMatchObject({ width: 4, height: 3 });
    expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
  });

  test('are as many as asked for, and none of a still picture or a cut one', async () => {
    const moving = await animation(5);

    expect([...laterFrames(moving, 3)]).toHaveLength(3);
    expect([...laterFrames(await png(8, 6, '#ffffff'), 3)]).toEqual([]);
    expect([...laterFrames(moving.subarray(0, 20), 3)]).toEqual([]);
  });
});
