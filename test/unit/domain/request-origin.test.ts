import { describe, expect, test } from 'vitest';
import { isLoopbackHost, isOwnRequest, type OriginHeaders } from '../../../src/domain/request-origin.ts';

const host = 'localhost:8080';
const isOwn = (headers: OriginHeaders): boolean => isOwnRequest({ host, ...headers }, isLoopbackHost);

describe('a server of this machine that knows no keys', () => {
  test.each<OriginHeaders>([
    {},
    { host: '127.0.0.1' },
    { host: '[::1]:8080', origin: 'http://[::1]:8080' },
    { host: 'localhost:80', origin: 'http://localhost' },
    { host: 'LOCALHOST:8080', origin: 'http://localhost:8080' },
    { origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ])('answers programs, who types its address, and its own pages: %j', (headers) => {
    expect(isOwn(headers)).toBe(true);
  });

  test.each<OriginHeaders>([
    { host: 'rebound.example:8080' },
    { host: 'rebound.example:8080', origin: 'http://rebound.example:8080' },
    { host: 'localhost.example' },
    { origin: 'http://localhost:3000' },
    { origin: 'http://localhost' },
    { origin: 'http://127.0.0.1:8080' },
    { origin: 'https://localhost:8080' },
    { origin: 'http://localhost:8080.example' },
    { origin: 'http://localhost:8080, http://localhost:3000' },
    { origin: 'null' },
    { origin: '' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': ['same-origin', 'cross-site'] },
    { host: 'localhost:99999', origin: 'http://localhost:99999' },
  ])('answers no other page, at another port of this machine either: %j', (headers) => {
    expect(isOwn(headers)).toBe(false);
  });
});
