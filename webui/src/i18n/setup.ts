import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type en from './en.json';

export type Words = typeof en;

// Another language: put its file beside en.json, name it here, and offer it in the account menu. Only
// the one that is spoken is fetched.
const files: Record<string, () => Promise<{ default: unknown }>> = {
  en: () => import('./en.json'),
};

const spoken = 'en';

/** Resolves once there are words; nothing is drawn before. */
export const wordsReady = (async () => {
  const words = await files[spoken]?.();
  await i18next.use(initReactI18next).init({
    lng: spoken,
    resources: { [spoken]: { translation: words?.default as Words } },
    interpolation: { escapeValue: false }, // React escapes.
  });
})();

export default i18next;
