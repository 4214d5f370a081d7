import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface DnsServer extends AsyncDisposable {
  /** `address:port`. */
  readonly address: string;
  /** `name type` of each question, in order; type 1 asks for IPv4, 28 for IPv6. */
  readonly questions: readonly string[];
}

/** What is answered: an IPv4 address, `none` for a name that does not exist, `failed`, or nothing at all. */
export type DnsAnswer = `${number}.${number}.${number}.${number}` | 'none' | 'failed' | 'silence';

const codes = { none: 3, failed: 2 };

/**
 * A DNS server on loopback, over UDP (RFC 1035 4). Questions for IPv6 get an empty answer where the name has an IPv4
 * address.
 */
export async function startDnsServer(answer: (name: string) => DnsAnswer): Promise<DnsServer> {
  const socket = createSocket('udp4');
  const questions: string[] = [];
  socket.on('message', (query, from) => {
    const { name, type, end } = readQuestion(query);
    questions.push(`${name} ${type}`);
    const found = answer(name);
    if (found === 'silence') return;
    const isAddress = found !== 'none' && found !== 'failed';
    const records = isAddress && type === 1 ? [addressRecord(found)] : [];
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | (isAddress ? 0 : codes[found]), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    socket.send(Buffer.concat([header, query.subarray(12, end), ...records]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

function readQuestion(query: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** Of the name of the question, for a minute. */
function addressRecord(address: string): Buffer {
  const head = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4];
  return Buffer.from([...head, ...address.split('.').map(Number)]);
}
