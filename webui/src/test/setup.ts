import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';
import { wordsReady } from '@/i18n/setup';

await wordsReady;

afterEach(() => {
  cleanup();
  sessionStorage.clear();
  localStorage.clear();
});
