import { editorOf, expect, rosa, test } from './support/test';

test('the keyboard alone finds, reads, edits and saves', async ({ page, album, watch }) => {
  await page.goto(album.url);
  await page.getByLabel('E-mail').focus();
  await page.keyboard.type(rosa.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(rosa.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Your legacies' })).toBeVisible();

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
