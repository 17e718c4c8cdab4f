import AxeBuilder from '@axe-core/playwright';
import { type Page, test as base, expect } from '@playwright/test';
import { Daemon } from './daemon';

export { expect };

export const rosa = {
  name: 'Rosa Alvanos',
  email: 'rosa@example.org',
  password: 'a lamp beside the window',
};
export const otto = {
  name: 'Otto Brandt',
  email: 'otto@example.org',
  password: 'forty one letters in a tin',
};

/** Collects what must never happen on a page; `allow` names the answers that a step provokes. */
export class Watch {
  private readonly seen: string[] = [];
  private allowed: number[] = [];

  constructor(page: Page) {
    page.on('pageerror', (error) => this.seen.push(`page error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      const text = message.text();
      // Chromium logs every answer of 400 and above; most are the daemon's honest word.
      const status = Number(/status of (\d{3})/.exec(text)?.[1]);
      if (this.allowed.includes(status)) return;
      if (this.allowed.includes(0) && text.includes('net::ERR_')) return;
      this.seen.push(`console ${message.type()}: ${text} (${message.location().url})`);
    });
  }

  /** 0 stands for no answer at all. */
  allow(...statuses: number[]) {
    this.allowed = statuses;
  }

  expectQuiet() {
    expect(this.seen).toEqual([]);
  }
}

interface Fixtures {
  /** A new installation, nobody in it yet. */
  daemon: Daemon;
  /** The same after first run by Rosa, with the stories of tests/fixtures/album.jsonl. */
  album: Daemon;
  watch: Watch;
  /** Looks at the screen that stands: axe in both themes, nothing wider than the window. `within`: what is open above
   * the rest, which it may cover in part. */
  look: (name: string, within?: string) => Promise<void>;
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern
  daemon: async ({}, use) => {
    const daemon = await Daemon.start();
    await use(daemon);
    await daemon.remove();
  },
  album: async ({ daemon }, use) => {
    await settle(daemon);
    await use(daemon);
  },
  watch: async ({ page }, use) => {
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
      });
    });
    const watch = new Watch(page);
    await use(watch);
    watch.expectQuiet();
  },
  look: async ({ page }, use) => {
    await use(async (name, within = 'html') => {
      for (const colorScheme of ['light', 'dark'] as const) {
        // No transition half way: axe would measure colours that nobody is meant to see.
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.evaluate(
          () =>
            new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))),
        );
        const { violations } = await new AxeBuilder({ page })
          .include(within)
          .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
          .analyze();
        const found = violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`,
        );
        expect(found, `${name}, ${colorScheme}`).toEqual([]);
      }
      const width = page.viewportSize()?.width ?? 0;
      const needed = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(needed, `${name}: wider than the window`).toBeLessThanOrEqual(width);
    });
  },
});

export async function tryDoor(page: Page, person: { email: string; password: string }) {
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export async function signIn(page: Page, person: { email: string; password: string }) {
  await tryDoor(page, person);
  await expect(page.getByRole('heading', { name: 'Come in' })).toBeHidden();
}

export async function signOut(page: Page) {
  await page.getByRole('button', { name: 'Your account and settings' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Come in' })).toBeVisible();
}

export const editorOf = (page: Page) => page.getByRole('textbox', { name: 'The story' });

async function settle(daemon: Daemon) {
  const origin = { Origin: daemon.url };
  const url = new URL(await daemon.setupUrl());
  const token = new URLSearchParams(url.hash.slice(1)).get('token');
  const answer = await fetch(`${daemon.url}/api/v1/setup`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...origin },
    body: JSON.stringify({ token, ...rosa }),
  });
  if (!answer.ok) throw new Error(`first run: ${answer.status} ${await answer.text()}`);
  await daemon.importStories('tests/fixtures/album.jsonl', 'Grandmother Rosa', rosa.email);
}
