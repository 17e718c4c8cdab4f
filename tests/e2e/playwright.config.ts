import { defineConfig } from '@playwright/test';

// Journeys through the real daemon in Debian's Chromium:
//   webui/node_modules/.bin/playwright test --config tests/e2e
// HEIRLOOM_BIN names the daemon (build/release/bin/heirloom unless given), CHROMIUM_BIN the browser.
// The web UI is webui/dist: build it first.
export default defineConfig({
  testDir: '.',
  outputDir: '../../build/e2e-results',
  fullyParallel: false,
  // Each worker starts a daemon and a browser of its own.
  workers: 2,
  forbidOnly: true,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM_BIN ?? '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'desktop', use: { viewport: { width: 1280, height: 800 } } },
    {
      name: 'phone',
      // Phones have no Tab key.
      testIgnore: 'keyboard.spec.ts',
      use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    },
  ],
});
