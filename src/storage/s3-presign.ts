import { Client } from 'minio';
import { assertObjectKey } from './object-key.ts';
import type { ObjectStore } from './object-store.ts';

interface PresignerOptions {
  readonly publicEndpoint: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
}

/**
 * Signs for the address that callers use, because the signature covers the host. With the region given it makes no
 * request.
 */
export function createPresigner(options: PresignerOptions): NonNullable<ObjectStore['presign']> {
  const { bucket, accessKey, secretKey, region } = options;
  const client = new Client({ ...addressOf(options.publicEndpoint), accessKey, secretKey, region });
  return (key, { expiresInSeconds, contentType, contentDisposition }) => {
    assertObjectKey(key);
    return client.presignedGetObject(bucket, key, expiresInSeconds, {
      'response-content-type': contentType,
      'response-content-disposition': contentDisposition,
    });
  };
}

/** A server's URL in the words of minio's client. */
export function addressOf(url: string): {
  readonly endPoint: string;
  readonly port: number;
  readonly useSSL: boolean;
} {
  const { protocol, hostname, port } = new URL(url);
  const useSSL = protocol === 'https:';
  return { endPoint: hostname, port: port === '' ? (useSSL ? 443 : 80) : Number(port), useSSL };
}
