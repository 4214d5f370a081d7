import type { Kind } from './kind.ts';

/** Cards of insurers and of businesses. */
export const cardKinds: readonly Kind[] = [
  {
    id: 'health_card',
    within: ['id_document'],
    names: {
      en: 'health insurance card, insurance card, health card, medical card, medicare card, insurance id card, member id card, healthcare card',
      de: 'Krankenversicherungskarte, Gesundheitskarte, Versichertenkarte',
      fr: 'carte vitale, carte d’assurance maladie, carte mutuelle',
      es: 'tarjeta sanitaria',
      it: 'tessera sanitaria',
      pt: 'cartão de saúde, cartão de utente',
      nl: 'zorgpas, verzekeringskaart',
      zh: '医保卡, 社保卡',
      ja: '健康保険証, 保険証',
    },
    telltales: {
      en: 'member id, group number, copay, rx bin, rxbin, rxgrp, rxpcn, payer id, member, health plan, subscriber, deductible, dependents',
      de: 'Krankenkasse, Versichertennummer',
      fr: 'assurance maladie, numéro de sécurité sociale, mutuelle',
    },
    cues: { landscape: 0.7, fewWords: 1, prose: -2, amounts: -0.5 },
  },
  {
    id: 'business_card',
    names: {
      en: 'business card, visiting card, contact card',
      de: 'Visitenkarte',
      fr: 'carte de visite',
      es: 'tarjeta de visita, tarjeta de presentación',
      it: 'biglietto da visita',
      pt: 'cartão de visita',
      nl: 'visitekaartje',
      zh: '名片',
      ja: '名刺',
      ru: 'визитная карточка, визитка',
    },
    telltales: { en: 'www, founder, ceo, director, manager, mobile, phone, fax, email' },
    cues: {
      landscape: 0.5,
      fewWords: 0.7,
      contactTop: 1.5,
      prose: -2,
      amounts: -2,
      mrz: -3,
      cardDates: -1.5,
      blanks: -1,
    },
  },
];
