import { expect, rosa, signIn, test, tryDoor } from './support/test';

test('where somebody is signed in, what acts for them, and their password', async ({
  page,
  browser,
  album,
  watch,
  look,
}) => {
  await page.goto(album.url);
  await signIn(page, rosa);
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await other.goto(album.url);
  await signIn(other, rosa);

  await page.getByRole('button', { name: 'Your account and settings' }).click();
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  await expect(page.getByText('This browser')).toBeVisible();

  await test.step('a session ended from here ends there', async () => {
    await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
    await expect(page.getByRole('button', { name: 'Sign out everywhere else' })).toHaveCount(0);
    await other.goto(album.url);
    await expect(other.getByRole('heading', { name: 'Come in' })).toBeVisible();
  });

  await test.step('a key for a script, good until it is taken back', async () => {
    await page.getByLabel('A name for a new key').fill('reading aloud');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const secret = await page.locator('code').innerText();
    const read = () =>
      fetch(`${album.url}/api/v1/stories`, { headers: { Authorization: `Bearer ${secret}` } });
    expect((await read()).status).toBe(200);
    await expect(page.getByText('stories:read')).toBeVisible();
    await look('settings');
    await page.getByRole('button', { name: 'Take back reading aloud' }).click();
    await expect(page.getByRole('button', { name: 'Take back reading aloud' })).toHaveCount(0);
    expect((await read()).status).toBe(401);
  });

  await test.step('another password', async () => {
    watch.allow(422);
    const password = 'a bicycle under the stairs';
    await page.getByLabel('Your password now').fill('not this one at all');
    await page.getByLabel('New password').fill(password);
    await page.getByRole('button', { name: 'Change it' }).click();
    await expect(page.getByRole('alert')).toBeVisible();
    await page.getByLabel('Your password now').fill(rosa.password);
    await page.getByRole('button', { name: 'Change it' }).click();
    await expect(page.getByText('Changed. You are signed out everywhere else.')).toBeVisible();
    await other.goto(album.url);
    await tryDoor(other, { ...rosa, password });
    await expect(other.getByRole('heading', { name: 'Come in' })).toBeHidden();
  });
  await elsewhere.close();
});
