import { editorOf, expect, rosa, signIn, test } from './support/test';

test('what was deleted comes back from the bin, and what changed is shown word by word', async ({
  page,
  album,
  watch,
  look,
}) => {
  await page.goto(album.url);
  await signIn(page, rosa);
  await page.getByRole('link', { name: /Grandmother Rosa/ }).click();
  await page.getByRole('link', { name: 'The first loaf' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'The first loaf' })).toBeVisible();
  const storyUrl = page.url();

  await test.step('a second version, and what it changed', async () => {
    await page.getByRole('link', { name: 'Edit' }).click();
    await editorOf(page).click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' Aunt Marta ate three slices.');
    await page.getByLabel('Title').fill('The very first loaf');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'Saved' })).toBeVisible();
    await page.goto(`${storyUrl}/revisions/2`);
    await page.getByText('What changed since the version before').click();
    await expect(page.locator('ins').filter({ hasText: 'three slices' })).toBeVisible();
    await expect(page.locator('ins').filter({ hasText: 'The very first loaf' })).toBeVisible();
    await look('what changed');
  });

  await test.step('an empty bin says so', async () => {
    await page.getByRole('button', { name: 'Your account and settings' }).click();
    await page.getByRole('link', { name: 'Bin' }).click();
    await expect(page.getByText('Nothing was thrown away')).toBeVisible();
    await look('bin, empty');
  });

  await test.step('into the bin and back', async () => {
    await page.goto(storyUrl);
    await page.getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText(/For 30 days it can be taken back/)).toBeVisible();
    await page.getByRole('button', { name: 'Put it into the bin' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Grandmother Rosa' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'The very first loaf' })).toHaveCount(0);

    await page.goto(`${album.url}/bin`);
    await expect(page.getByText(/Deleted .* by Rosa Alvanos · stays until/)).toBeVisible();
    await look('bin');
    await page.getByRole('button', { name: 'Take “The very first loaf” back' }).click();
    await page.getByRole('link', { name: '“The very first loaf” is back where it was.' }).click();
    await expect(
      page.getByRole('heading', { level: 1, name: 'The very first loaf' }),
    ).toBeVisible();
    await page.getByRole('link', { name: 'Earlier versions' }).click();
    await expect(page.getByRole('link', { name: /Version 1: The first loaf/ })).toBeVisible();
  });

  await test.step('for good', async () => {
    watch.allow(404);
    await page.goto(storyUrl);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Put it into the bin' }).click();
    await page.goto(`${album.url}/bin`);
    await page.getByRole('button', { name: 'Remove “The very first loaf” for good' }).click();
    await look('for good?');
    await page.getByRole('button', { name: 'Remove it for good' }).click();
    await expect(page.getByText('Nothing was thrown away')).toBeVisible();
    await page.goto(storyUrl);
    await expect(page.getByText(/is not here, or not for you to see/)).toBeVisible();
  });
});

test('a story that is put away leaves the album and is found again by asking for it', async ({
  page,
  album,
}) => {
  await page.goto(album.url);
  await signIn(page, rosa);
  await page.getByRole('link', { name: /Grandmother Rosa/ }).click();
  await page.getByRole('link', { name: 'Seven buttons' }).click();
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('State').selectOption('archived');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Saved' })).toBeVisible();
  await page.goto(`${album.url}/search?q=buttons`);
  await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible();
  await page.goto(album.url);
  await page.getByRole('link', { name: /Grandmother Rosa.*11 stories/ }).click();
  await expect(page.getByRole('link', { name: 'Seven buttons' })).toHaveCount(0);
  await page.getByRole('link', { name: 'Stories put away' }).click();
  await expect(page.getByRole('link', { name: 'Seven buttons' })).toBeVisible();
});

test('a word spelt wrong is offered as the stories spell it', async ({ page, album, look }) => {
  await page.goto(album.url);
  await signIn(page, rosa);
  await page.goto(`${album.url}/search?q=beehyve`);
  await expect(page.getByText('Did you mean')).toBeVisible();
  await look('did you mean');
  await page.getByRole('button', { name: 'beehive' }).click();
  await expect(page.getByRole('link', { name: 'The night train south' })).toBeVisible();
});
