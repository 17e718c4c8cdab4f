import { expect, rosa, signIn, test } from './support/test';

test('everything reflows at 320 pixels and with the largest letters', async ({
  page,
  album,
  watch,
  look,
}) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(album.url);
  await look('sign in, narrow');
  await signIn(page, rosa);
  await expect(page.getByRole('heading', { name: 'Your legacies' })).toBeVisible();
  await page.evaluate(() => localStorage.setItem('heirloom.textSize', 'xxl'));
  const legacy = await page.getByRole('link', { name: /Grandmother Rosa/ }).getAttribute('href');
  await page.goto(`${album.url}/search?q=canal`);
  const story = await page
    .getByRole('link', { name: 'The winter the canal froze' })
    .getAttribute('href');
  const places = ['/', legacy, '/search?q=canal', story, `${story}/edit`, `${story}/revisions`];
  for (const place of places) {
    await page.goto(`${album.url}${place}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
    await expect(page.locator('html')).toHaveAttribute('data-text-size', 'xxl');
    await look(`narrow and large: ${place}`);
  }
});

test('a chosen theme stands before the first paint', async ({ page, album, watch }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(album.url);
  await signIn(page, rosa);
  await page.getByRole('button', { name: 'Your account and settings' }).click();
  await page.getByLabel('Lamplight').check();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.addInitScript(() => {
    // The moment the body appears: before the application has run, before anything is painted.
    new MutationObserver((_, observer) => {
      if (!document.body) return;
      observer.disconnect();
      window.name = `theme when the body came: ${document.documentElement.dataset.theme}`;
    }).observe(document, { childList: true, subtree: true });
  });
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Your legacies' })).toBeVisible();
  expect(await page.evaluate(() => window.name)).toBe('theme when the body came: dark');
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(paper).toBe('rgb(27, 23, 20)');
});
