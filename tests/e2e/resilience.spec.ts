import { editorOf, expect, rosa, signIn, test } from './support/test';

test('a daemon that goes away and comes back loses nobody’s words', async ({
  page,
  album,
  watch,
  look,
}) => {
  await page.goto(`${album.url}/search?q=canal`);
  await signIn(page, rosa);
  await page.getByRole('link', { name: 'The winter the canal froze' }).click();
  await page.getByRole('link', { name: 'Edit' }).click();
  await editorOf(page).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' Then the lights went out.');

  watch.allow(0, 500, 502);
  await album.stop();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/Heirloom cannot be reached right now/)).toBeVisible();
  await expect(page.getByText('It could not be saved. Your text is safe here.')).toBeVisible();
  await expect(editorOf(page)).toContainText('Then the lights went out.');
  await look('unreachable');

  await album.again();
  await expect(page.getByText(/Heirloom cannot be reached right now/)).toBeHidden({
    timeout: 15_000,
  });
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
});

test('a reload in the middle of writing keeps the words', async ({ page, album, watch }) => {
  await page.goto(`${album.url}/write`);
  await signIn(page, rosa);
  await page.getByRole('textbox', { name: 'Title' }).fill('Half a sentence');
  await editorOf(page).click();
  await page.keyboard.type('It began with a');
  await expect(page.getByText('Not saved yet')).toBeVisible();
  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('Half a sentence');
  await expect(editorOf(page)).toContainText('It began with a');
  await page.getByRole('button', { name: 'Throw it away' }).click();
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('');
});
