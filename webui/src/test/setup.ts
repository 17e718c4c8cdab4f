import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';
import '@/i18n/setup';

afterEach(() => {
  cleanup();
  sessionStorage.clear();
  localStorage.clear();
});
