import { editorOf, expect, rosa, signIn, test } from './support/test';

test('everything reflows at 320 pixels and with the largest letters', async ({
  page,
  album,
  watch,
  look,
}) => {
  await page.setViewportSize({ width: 320, height: 640 });
  watch.allow(401);
  await page.goto(album.url);
  await look('sign in, narrow');
  await signIn(page, rosa);
  await expect(page.getByRole('heading', { name: 'Your legacies' })).toBeVisible();
  watch.allow();
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
  watch.allow(401);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(album.url);
  await signIn(page, rosa);
  watch.allow();
  await page.getByRole('button', { name: 'Your account and settings' }).click();
  await page.getByLabel('Lamplight').check();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.addInitScript(() => {
    // The moment the body appears, before the application has run.
    new MutationObserver((_, observer) => {
      if (!document.body) return;
      observer.disconnect();
      window.name = getComputedStyle(document.documentElement).colorScheme;
    }).observe(document, { childList: true, subtree: true });
  });
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
});

test('the keyboard alone finds, reads, edits and saves', async ({
  page,
  album,
  watch,
  isMobile,
}) => {
  test.skip(isMobile, 'phones have no Tab key');
  watch.allow(401);
  await page.goto(album.url);
  await page.getByLabel('E-mail').focus();
  await page.keyboard.type(rosa.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(rosa.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Your legacies' })).toBeVisible();
  watch.allow();

  // The first stop is the way past the frame.
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Your legacies' })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('#content')).toBeFocused();

  await page.goto(`${album.url}/search`);
  await expect(page.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('seven');
  await expect(page.getByRole('option', { name: 'Seven buttons' })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const heading = page.getByRole('heading', { level: 1, name: 'Seven buttons' });
  await expect(heading).toBeFocused();

  const edit = page.getByRole('link', { name: 'Edit' });
  for (let steps = 0; steps < 12; steps += 1) {
    await page.keyboard.press('Tab');
    if (await edit.evaluate((link) => link === document.activeElement)) break;
  }
  await expect(edit).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(editorOf(page)).toBeVisible();
  await editorOf(page).focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' And an eighth.');
  await page.keyboard.press('Control+s');
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();

  // The toolbar is one stop; arrows go through it.
  await page.keyboard.press('Shift+Tab');
  await expect(page.getByRole('button', { name: 'Bold' })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('button', { name: 'Italic' })).toBeFocused();
});
