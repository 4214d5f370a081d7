import { describe, expect, test } from 'vitest';
import { createReadingRoom } from '../../../activities/reading-room.ts';

const { signal } = new AbortController();

describe('the room in which content is read', () => {
  test('has one alone while nobody else is inside, and in the order of arrival', async () => {
    const room = createReadingRoom();
    const order: string[] = [];
    const enter = async (name: string, how: 'together' | 'alone'): Promise<() => void> => {
      const leave = await room.enter(how, signal);
      order.push(name);
      return leave;
    };
    const leaveFirst = await enter('first', 'together');
    const leaveSecond = await enter('second', 'together');
    const suspect = enter('suspect', 'alone');
    const behind = [enter('behind', 'together'), enter('behind too', 'together')];

    leaveFirst();
    await Promise.resolve();
    expect(order).toEqual(['first', 'second']);
    leaveSecond();
    const leaveSuspect = await suspect;
    expect(order).toEqual(['first', 'second', 'suspect']);
    leaveSuspect();
    await Promise.all(behind);

    expect(order).toEqual(['first', 'second', 'suspect', 'behind', 'behind too']);
  });

  test('is not held for one who gave up waiting', async () => {
    const room = createReadingRoom();
    const controller = new AbortController();
    await room.enter('together', signal);
    const suspect = room.enter('alone', controller.signal);
    const behind = room.enter('together', signal);

    controller.abort();

    await expect(suspect).rejects.toMatchObject({ code: 'cancelled' });
    await behind;
  });

  test('lets nobody in who was cancelled before', async () => {
    const room = createReadingRoom();

    await expect(room.enter('alone', AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    await room.enter('alone', signal);
  });
});
