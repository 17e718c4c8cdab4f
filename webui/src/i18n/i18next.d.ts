import type { Words } from './setup';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: Words };
  }
}
