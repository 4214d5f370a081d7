import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { Client } from 'minio';
import type { Lifecycle, LifecycleRule } from './object-store.ts';
import { mapS3Error, s3ErrorCode } from './s3-errors.ts';

interface Configuration {
  /** Each `<Rule>` as the server wrote it. */
  readonly rules: readonly string[];
  /** A setting of the whole configuration on AWS; a write without it would reset it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Not allowed, or unknown to the server (MinIO's rule for unfinished uploads, which it removes by itself). */
const refusals = new Set(['AccessDenied', 'InvalidArgument', 'MalformedXML', 'MethodNotAllowed', 'NotImplemented']);

const sizeHeader = 'x-amz-transition-default-minimum-object-size';

/**
 * The lifecycle configuration of a bucket. It is one document for everybody, so this reads, changes and writes it
 * whole. minio's own `getBucketLifecycle` does not fit: it reads the id `007` as the number 7, and other rules must
 * come back unchanged.
 */
export function createBucketLifecycle(client: Client, bucket: string): Lifecycle {
  async function read(): Promise<Configuration> {
    try {
      const response = await client.makeRequestAsync({ method: 'GET', bucketName: bucket, query: 'lifecycle' });
      const size = response.headers[sizeHeader];
      return { rules: rulesOf(await text(response)), headers: typeof size === 'string' ? { [sizeHeader]: size } : {} };
    } catch (error) {
      if (s3ErrorCode(error) === 'NoSuchLifecycleConfiguration') return { rules: [], headers: {} };
      throw error;
    }
  }

  async function write({ rules, headers }: Configuration): Promise<void> {
    const body = `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rules.join('')}</LifecycleConfiguration>`;
    const md5 = createHash('md5').update(body).digest('base64');
    const request = {
      method: 'PUT',
      bucketName: bucket,
      query: 'lifecycle',
      headers: { ...headers, 'content-md5': md5 },
    };
    const response = await client.makeRequestAsync(request, body);
    response.resume();
  }

  return {
    async replaceRules(idPrefix, rules) {
      try {
        const present = await read();
        const foreign = present.rules.filter((rule) => !idOf(rule).startsWith(idPrefix));
        const own = present.rules.filter((rule) => idOf(rule).startsWith(idPrefix));
        if (areEqual(own, rules)) return 'unchanged';
        const next = [...foreign, ...rules.map((rule) => toXml(rule))];
        if (next.length === 0) await client.removeBucketLifecycle(bucket);
        else await write({ rules: next, headers: present.headers });
        return 'changed';
      } catch (error) {
        if (refusals.has(s3ErrorCode(error) ?? '')) return 'refused';
        throw mapS3Error(error);
      }
    },
  };
}

const ruleEnd = '</Rule>';

/** Throws for rules that it does not understand: writing would lose them. */
function rulesOf(xml: string): string[] {
  const rules = xml
    .split('<Rule>')
    .slice(1)
    .flatMap((rest) => (rest.includes(ruleEnd) ? [`<Rule>${rest.slice(0, rest.indexOf(ruleEnd))}${ruleEnd}`] : []));
  const announced = Array.from(xml.matchAll(/<\/(?:\w+:)?Rule>/g)).length;
  if (rules.length !== announced) throw new Error('the lifecycle configuration of the bucket cannot be read');
  return rules;
}

/** Servers order and complete elements as they like, so this compares rules by meaning. */
function areEqual(present: readonly string[], wanted: readonly LifecycleRule[]): boolean {
  const facts = (rules: readonly string[]) => JSON.stringify(rules.map((rule) => factsOf(rule)).toSorted());
  return facts(present) === facts(wanted.map((rule) => toXml(rule)));
}

function factsOf(rule: string): string {
  return ['ID', 'Prefix', 'Status', 'Days', 'DaysAfterInitiation'].map((name) => elementOf(rule, name)).join(' ');
}

function idOf(rule: string): string {
  return elementOf(rule, 'ID');
}

function elementOf(rule: string, name: string): string {
  const [, rest] = rule.split(`<${name}>`, 2);
  const [value = '', end] = rest?.split('<', 2) ?? [];
  return end?.startsWith(`/${name}>`) === true ? value : '';
}

function toXml({ id, prefix, expirationDays, abortUploadDays }: LifecycleRule): string {
  const actions = [
    ...(expirationDays === undefined ? [] : [`<Expiration><Days>${expirationDays}</Days></Expiration>`]),
    ...(abortUploadDays === undefined
      ? []
      : [
          `<AbortIncompleteMultipartUpload><DaysAfterInitiation>${abortUploadDays}</DaysAfterInitiation></AbortIncompleteMultipartUpload>`,
        ]),
  ];
  return `<Rule><ID>${escaped(id)}</ID><Status>Enabled</Status><Filter><Prefix>${escaped(prefix)}</Prefix></Filter>${actions.join('')}</Rule>`;
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
