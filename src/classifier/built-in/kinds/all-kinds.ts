import { correspondenceKinds } from './correspondence.ts';
import { healthKinds } from './health.ts';
import { identityKinds } from './identity.ts';
import type { Kind } from './kind.ts';
import { knowledgeKinds } from './knowledge.ts';
import { legalKinds } from './legal.ts';
import { moneyKinds } from './money.ts';
import { peopleKinds } from './people.ts';
import { shippingKinds } from './shipping.ts';
import { tradeKinds } from './trade.ts';

/** Every kind of document that the classifier knows beforehand. */
export const allKinds: readonly Kind[] = [
  ...tradeKinds,
  ...shippingKinds,
  ...moneyKinds,
  ...identityKinds,
  ...legalKinds,
  ...correspondenceKinds,
  ...peopleKinds,
  ...knowledgeKinds,
  ...healthKinds,
];
