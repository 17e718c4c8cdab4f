import { expect, otto, rosa, signIn, signOut, test } from './support/test';

test('an admin sees what could not be handed on, and has it tried again', async ({
  page,
  album,
  watch,
  look,
}) => {
  await album.giveUpStoryEvents(2, 'the follower said 500: no such table');
  await album.addUser(otto);
  await page.goto(album.url);
  await signIn(page, rosa);
  await page.getByRole('button', { name: 'Your account and settings' }).click();
  await page.getByRole('link', { name: 'Undelivered changes' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();

  const lines = page.getByRole('main').getByRole('listitem');
  await test.step('who gave up what, when, why, after how many attempts', async () => {
    await expect(lines).toHaveCount(2);
    const first = lines.first();
    await expect(first.getByRole('heading', { name: 'Story created' })).toBeVisible();
    await expect(first).toContainText('the follower said 500: no such table');
    await expect(first).toContainText('given up by relay');
    await expect(first).toContainText('5 attempts');
    await first.getByText('Details', { exact: true }).click();
    await expect(first.getByRole('term').filter({ hasText: 'Place in the order' })).toBeVisible();
    await look('undelivered changes');
  });

  await test.step('what it is about is one link away', async () => {
    await lines.first().getByRole('link').first().click();
    await expect(page.getByRole('article')).toBeVisible();
    await page.goBack();
    await expect(lines).toHaveCount(2);
  });

  await test.step('tried again, also when somebody did so before', async () => {
    await lines.first().getByRole('button').click();
    await expect(page.getByText('“Story created” is on its way again.')).toBeVisible();
    await expect(lines).toHaveCount(1);
    await album.forgetDeadLetters();
    watch.allow(404);
    await lines.first().getByRole('button').click();
    await expect(page.getByText('somebody tried it again before you')).toBeVisible();
    watch.allow();
    await expect(page.getByRole('heading', { name: 'Everything has arrived' })).toBeVisible();
    await look('nothing undelivered');
  });

  await test.step('who is no admin is told whom to ask', async () => {
    await signOut(page);
    await signIn(page, otto);
    await page.getByRole('button', { name: 'Your account and settings' }).click();
    await expect(page.getByRole('link', { name: 'Settings' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Undelivered changes' })).toHaveCount(0);
    await page.goto(`${album.url}/dead-letters`);
    await expect(page.getByText('tell an admin')).toBeVisible();
    await look('undelivered changes, for admins only');
  });
});
