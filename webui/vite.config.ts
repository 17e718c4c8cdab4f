/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const daemon = 'http://127.0.0.1:8080';

// react-router's exports always name its development build; the other one, without the warnings,
// lies beside it.
const routerForVisitors = [
  { find: /^react-router$/, replacement: 'index.mjs' },
  { find: /^react-router\/dom$/, replacement: 'dom-export.mjs' },
].map(({ find, replacement }) => ({
  find,
  replacement: here(`./node_modules/react-router/dist/production/${replacement}`),
}));

export default defineConfig(({ command, mode }) => ({
  plugins: [react()],
  resolve: {
    alias: [
      { find: /^@\//, replacement: here('./src/') },
      ...(command === 'build' && mode === 'production' ? routerForVisitors : []),
    ],
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(['/api', '/healthz', '/manifest'].map((path) => [path, daemon])),
  },
  build: {
    // The daemon's policy allows fonts and images from 'self' only: never data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: 'build-manifest.json',
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      output: {
        // What every screen needs, in one file: it compresses better and survives most releases.
        codeSplitting: {
          groups: [
            {
              name: 'base',
              test: /node_modules\/(react|react-dom|react-router|scheduler|i18next|react-i18next|openapi-fetch|use-sync-external-store|@tanstack)\/(?!.*[iI]nfinite)/,
            },
            {
              name: 'frame',
              test: /src\/(api\/|i18n\/setup|scenes\/Shell\/|components\/(AccountMenu|Page|Button|Skeleton|Problem|Notice)\/|editor\/drafts)|lucide-react\/dist\/esm\/(shared|createLucideIcon|Icon)|preload-helper/,
            },
          ],
        },
      },
    },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test/setup.ts'],
    css: { modules: { classNameStrategy: 'non-scoped' } },
    include: ['src/**/*.test.{ts,tsx}'],
  },
}));
