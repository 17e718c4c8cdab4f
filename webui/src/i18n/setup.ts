import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en.json';

// Another language: add its file beside en.json, name it here, and offer it in the account menu.
export const resources = { en: { translation: en } } as const;

void i18next.use(initReactI18next).init({
  resources,
  lng: 'en',
  fallbackLng: 'en',
  initAsync: false,
  interpolation: { escapeValue: false }, // React escapes.
});

export default i18next;
