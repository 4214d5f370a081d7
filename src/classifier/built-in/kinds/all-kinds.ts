import type { Kind } from './kind.ts';
import { accountingKinds } from './accounting.ts';
import { bankingKinds } from './banking.ts';
import { billingKinds } from './billing.ts';
import { correspondenceKinds } from './correspondence.ts';
import { courtKinds } from './court.ts';
import { educationKinds } from './education.ts';
import { employmentKinds } from './employment.ts';
import { formKinds } from './forms.ts';
import { healthKinds } from './health.ts';
import { identityKinds } from './identity.ts';
import { insuranceKinds } from './insurance.ts';
import { knowledgeKinds } from './knowledge.ts';
import { legalKinds } from './legal.ts';
import { officialKinds } from './official.ts';
import { orderKinds } from './orders.ts';
import { pressKinds } from './press.ts';
import { shippingKinds } from './shipping.ts';
import { technicalKinds } from './technical.ts';
import { travelKinds } from './travel.ts';

/** Every kind of document that the classifier knows beforehand. */
export const allKinds: readonly Kind[] = [
  ...billingKinds,
  ...orderKinds,
  ...shippingKinds,
  ...bankingKinds,
  ...accountingKinds,
  ...insuranceKinds,
  ...identityKinds,
  ...educationKinds,
  ...officialKinds,
  ...legalKinds,
  ...courtKinds,
  ...correspondenceKinds,
  ...employmentKinds,
  ...formKinds,
  ...knowledgeKinds,
  ...technicalKinds,
  ...pressKinds,
  ...travelKinds,
  ...healthKinds,
];
