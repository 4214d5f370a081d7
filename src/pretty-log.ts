import pretty from 'pino-pretty';

/** Readable lines in this process, without a second thread: what is logged last is seen before the process ends. */
export function pinoPretty(): ReturnType<typeof pretty> {
  return pretty({
    colorize: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
    sync: true,
  });
}
