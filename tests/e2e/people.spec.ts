import { expect, otto, rosa, signIn, signOut, test } from './support/test';

test('who does not belong sees nothing; who is let in may read', async ({
  page,
  album,
  watch,
  look,
}) => {
  await album.addUser(otto);

  await page.goto(album.url);
  await signIn(page, rosa);
  await page.getByRole('link', { name: /Grandmother Rosa/ }).click();
  await page.getByRole('link', { name: 'The first loaf' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'The first loaf' })).toBeVisible();
  const storyUrl = page.url();
  await page.getByRole('link', { name: 'Grandmother Rosa' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Grandmother Rosa' })).toBeVisible();
  const legacyUrl = page.url();
  await signOut(page);
  await signIn(page, otto);

  await test.step('a stranger', async () => {
    await expect(page.getByText('Every family has a first page')).toBeVisible();
    await look('home, empty');
    watch.allow(404);
    for (const place of [storyUrl, `${storyUrl}/edit`, `${storyUrl}/revisions`, legacyUrl]) {
      await page.goto(place);
      await expect(page.getByText(/is not here, or not for you to see/)).toBeVisible();
      await expect(page.getByText(/loaf|Grandmother/)).toHaveCount(0);
    }
    await look('not here');
    await page.goto(`${album.url}/search?q=loaf`);
    await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible();
    await page.goto(`${album.url}/no/such/page`);
    await expect(page.getByText(/It is not here/)).toBeVisible();
  });

  await test.step('the owner lets them in', async () => {
    watch.allow(404, 422);
    await signOut(page);
    await signIn(page, rosa);
    await page.goto(legacyUrl);
    await page.getByText('Add somebody').click();
    await page.getByLabel('Their e-mail').fill('nobody@example.org');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(page.getByRole('alert')).toBeVisible();
    await page.getByLabel('Their e-mail').fill(otto.email);
    await page.getByLabel('They may').selectOption('viewer');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(page.getByText('Otto Brandt can now see this legacy.')).toBeVisible();
    await look('legacy, member added');
    await signOut(page);
  });

  await test.step('a reader', async () => {
    await signIn(page, otto);
    await page.goto(storyUrl);
    watch.allow();
    await expect(page.getByRole('heading', { level: 1, name: 'The first loaf' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Edit' })).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Delete' })).toHaveCount(0);
    await page.goto(`${storyUrl}/edit`);
    await expect(page.getByText(/You may read this story but not change it/)).toBeVisible();
    await look('read only');
    await page.goto(legacyUrl);
    await expect(page.getByRole('link', { name: 'Write a story' })).toHaveCount(0);
    await expect(page.getByText('Add somebody')).toHaveCount(0);
  });
});
