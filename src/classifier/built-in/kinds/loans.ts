import type { Kind } from './kind.ts';

/** Papers of loans and of creditworthiness. */
export const loanKinds: readonly Kind[] = [
  {
    id: 'loan_document',
    within: ['contract'],
    names: {
      en: 'mortgage note, promissory note, loan agreement, mortgage agreement, deed of trust, credit agreement, mortgage',
      de: 'Darlehensvertrag, Kreditvertrag, Schuldschein',
      fr: 'contrat de prêt, contrat de crédit',
      es: 'contrato de préstamo, pagaré',
      it: 'contratto di mutuo, cambiale',
      pt: 'contrato de empréstimo, nota promissória',
      nl: 'leningsovereenkomst, hypotheekakte',
      zh: '贷款合同, 借款合同',
      ja: '金銭消費貸借契約書',
    },
    telltales: {
      en: 'borrower, lender, principal amount, promise to pay, interest rate, monthly payments, maturity date, note holder, prepayment',
      de: 'Darlehensnehmer, Darlehensgeber, Zinssatz, Tilgung',
      fr: 'emprunteur, prêteur, taux d’intérêt',
      es: 'prestatario, prestamista, tipo de interés',
    },
  },
  {
    id: 'loan_form',
    within: ['form'],
    names: {
      en: 'loan application, uniform residential loan application, loan estimate, closing disclosure, mortgage application, credit application, uniform underwriting and transmittal summary',
      de: 'Kreditantrag, Darlehensantrag, Selbstauskunft',
      fr: 'demande de prêt, demande de crédit',
      es: 'solicitud de préstamo, solicitud de crédito',
      it: 'richiesta di mutuo, richiesta di prestito',
      pt: 'pedido de empréstimo',
      nl: 'kredietaanvraag, hypotheekaanvraag',
    },
    telltales: {
      en: 'loan amount, loan terms, loan type, loan purpose, closing costs, cash to close, projected payments, borrower information, co-borrower, property address, down payment, loan id, occupancy status, appraised value',
      de: 'Kreditbetrag, Darlehensbetrag, Nettoeinkommen',
      fr: 'montant du prêt, co-emprunteur',
    },
    cues: { amounts: 0.3 },
  },
  {
    id: 'mortgage_statement',
    within: ['bank_statement'],
    names: {
      en: 'mortgage statement, loan statement, mortgage bill, mortgage account statement',
      de: 'Darlehenskontoauszug, Kreditauszug, Hypothekenauszug',
      fr: 'relevé de prêt, tableau d’amortissement',
      es: 'extracto de hipoteca, extracto de préstamo',
      it: 'estratto conto mutuo',
      nl: 'hypotheekoverzicht',
      zh: '贷款对账单',
      ja: 'ローン明細書, 返済予定表',
    },
    telltales: {
      en: 'loan number, principal, escrow, interest rate, outstanding principal, late fee, escrow balance, payment due, principal balance, explanation of amount due, maturity date',
      de: 'Restschuld, Tilgung, Zinsen',
      fr: 'capital restant dû, échéance',
    },
    cues: { amounts: 0.5, prose: -1 },
  },
  {
    id: 'credit_report',
    names: {
      en: 'credit report, credit score report, credit history',
      de: 'Bonitätsauskunft, Schufa-Auskunft',
      fr: 'rapport de solvabilité',
      es: 'informe de crédito',
      it: 'visura creditizia',
      zh: '信用报告',
      ja: '信用情報開示報告書',
    },
    telltales: {
      en: 'credit score, credit history, inquiries, equifax, experian, transunion, payment history, late payments, creditor',
    },
  },
];
