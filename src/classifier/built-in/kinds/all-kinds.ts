import type { Kind } from './kind.ts';
import { accountingKinds } from './accounting.ts';
import { advertisingKinds } from './advertising.ts';
import { bankingKinds } from './banking.ts';
import { cardKinds } from './cards.ts';
import { civilRecordKinds } from './civil-records.ts';
import { correspondenceKinds } from './correspondence.ts';
import { courtKinds } from './court.ts';
import { declarationKinds } from './declarations.ts';
import { educationKinds } from './education.ts';
import { employmentKinds } from './employment.ts';
import { formKinds } from './forms.ts';
import { freightKinds } from './freight.ts';
import { healthKinds } from './health.ts';
import { householdKinds } from './household.ts';
import { identityKinds } from './identity.ts';
import { insuranceKinds } from './insurance.ts';
import { invoiceKinds } from './invoices.ts';
import { legalKinds } from './legal.ts';
import { loanKinds } from './loans.ts';
import { meetingKinds } from './meetings.ts';
import { officialKinds } from './official.ts';
import { orderKinds } from './orders.ts';
import { passportKinds } from './passports.ts';
import { payrollKinds } from './payroll.ts';
import { pressKinds } from './press.ts';
import { receiptKinds } from './receipts.ts';
import { reportKinds } from './reports.ts';
import { researchKinds } from './research.ts';
import { shippingKinds } from './shipping.ts';
import { technicalKinds } from './technical.ts';
import { travelKinds } from './travel.ts';

/** Every kind of document that the classifier knows beforehand. */
export const allKinds: readonly Kind[] = [
  ...invoiceKinds,
  ...receiptKinds,
  ...orderKinds,
  ...shippingKinds,
  ...freightKinds,
  ...bankingKinds,
  ...loanKinds,
  ...accountingKinds,
  ...insuranceKinds,
  ...identityKinds,
  ...passportKinds,
  ...cardKinds,
  ...educationKinds,
  ...officialKinds,
  ...civilRecordKinds,
  ...legalKinds,
  ...courtKinds,
  ...declarationKinds,
  ...correspondenceKinds,
  ...meetingKinds,
  ...employmentKinds,
  ...payrollKinds,
  ...formKinds,
  ...researchKinds,
  ...reportKinds,
  ...technicalKinds,
  ...householdKinds,
  ...pressKinds,
  ...advertisingKinds,
  ...travelKinds,
  ...healthKinds,
];
